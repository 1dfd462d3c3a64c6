"""Archives to an index and back: builds, updates, exports."""
