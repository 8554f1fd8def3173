"""One file a screen: it draws its state and emits intents. It keeps no state of its own and decides nothing."""
