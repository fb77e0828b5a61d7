"""Write actions, from the caller to the simulated tool and back."""
