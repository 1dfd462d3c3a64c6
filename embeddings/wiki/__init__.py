"""Wikipedia's Current Events portal over the network: `client` asks MediaWiki's API, `answers` are what it says."""
