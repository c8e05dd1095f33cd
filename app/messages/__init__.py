"""Messages (消息): what somebody is to be told, in the app, by SMS or by e-mail."""
