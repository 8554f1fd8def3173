"""The window: the only room with PyQt6. Screens render a state and emit intents; they decide nothing."""
