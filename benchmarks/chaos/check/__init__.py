"""The verdict on a run of chaos, from its files alone. Nothing here imports the product, nor the rest of chaos."""
