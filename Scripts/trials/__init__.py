"""Campaigns of bad luck and bad will against the tool: what Scripts/campaigns runs."""
