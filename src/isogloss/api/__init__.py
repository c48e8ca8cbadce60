"""The HTTP door: GraphQL and its page."""
