"""What bench linkage runs as child processes, so that each one's processor time and memory are its own: ours, and Splink."""
