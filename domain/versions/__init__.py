"""A tenant's own versions of definitions: drafted, proven, compared, in force, rolled back."""
