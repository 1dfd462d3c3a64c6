"""The index on the disk: one folder, a manifest, and the files of the generation in force."""
