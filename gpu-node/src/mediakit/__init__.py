"""Sound, speech, pictures, faces and films: knows nothing of tasks, runs or the wire."""
