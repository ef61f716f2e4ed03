"""What every lab shows its pictures with: one style, fixed figures, sliders, the architecture."""
