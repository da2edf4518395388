"""What every process is made of: steps that park, approvals, actions, compensation."""
