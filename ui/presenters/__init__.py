"""What each screen shows, worked out without Qt: facts and view in, a frozen state of messages out."""
