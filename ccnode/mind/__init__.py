"""Pure judgement about memory and character: no IO, no clock, no chance."""
