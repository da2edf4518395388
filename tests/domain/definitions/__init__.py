"""Definitions: loading, proof, input, policy, journals."""
