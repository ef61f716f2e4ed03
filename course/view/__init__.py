"""How every lab shows its pictures: one style, fixed figures, sliders, the architecture."""
