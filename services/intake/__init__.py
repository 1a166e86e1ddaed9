"""Durable submissions, and their rejections."""
