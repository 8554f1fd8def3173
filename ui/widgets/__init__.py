"""The drawn things that screens are made of; each is given what to show and says what was pressed."""
