"""The unified ATS models, one file each. A connector maps into them, the store keeps them, the API composes them."""
