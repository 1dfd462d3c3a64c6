"""The texts of the bot for translators: collected from the code, brought into each language's catalogue, judged."""
