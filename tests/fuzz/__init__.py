"""Files broken on purpose, many of them: each is read or refused, soon and in little memory."""
