"""Wikipedia's Current Events portal over the network: `client` asks MediaWiki's API, `replies` are what it says."""
