"""Signs of Word's equations, and the commands of LaTeX that the bank can show for them."""

from __future__ import annotations

from typing import Final

GREEK: Final = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ϵ": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ϑ": "vartheta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu",
    "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "varsigma", "τ": "tau",
    "υ": "upsilon", "φ": "varphi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma",
    "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon",
    "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
SIGNS: Final = {
    "×": "times", "÷": "div", "·": "cdot", "⋅": "cdot", "±": "pm", "∓": "mp", "≤": "le", "≥": "ge",
    "≠": "ne", "≈": "approx", "≡": "equiv", "∞": "infty", "→": "to", "⇒": "Rightarrow", "⇔":
    "Leftrightarrow", "←": "leftarrow", "↔": "leftrightarrow", "∈": "in", "∉": "notin", "⊂": "subset",
    "⊆": "subseteq", "∪": "cup", "∩": "cap", "∀": "forall", "∃": "exists", "∂": "partial", "∇": "nabla",
    "∅": "emptyset", "∝": "propto", "∠": "angle", "⊥": "perp", "∥": "parallel", "…": "ldots", "⋯": "cdots",
    "∑": "sum", "∏": "prod", "∫": "int", "ℝ": "mathbb{R}", "ℕ": "mathbb{N}", "ℤ": "mathbb{Z}",
}  # fmt: skip
PLAIN: Final = {
    "−": "-", "–": "-", "\u00a0": " ", "\u2009": " ", "∗": "*", "′": "'", "{": r"\{", "}": r"\}", "%": r"\%",
    "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "\\": r"\backslash ", "~": r"\sim ", "^": r"\hat{}",
    "∘": r"\circ ", "°": r"^{\circ}",
}  # fmt: skip
FUNCTIONS: Final = frozenset(
    {
        *("sin", "cos", "tan", "cot", "log", "ln", "lg", "exp", "lim", "max", "min", "sup", "inf"),
        *("arcsin", "arccos", "arctan", "det", "gcd", "deg", "dim", "ker"),
    }
)
NARY: Final = {"∑": r"\sum", "∏": r"\prod", "∫": r"\int", "∬": r"\iint", "∭": r"\iiint", "∮": r"\oint",
               "⋃": r"\bigcup", "⋂": r"\bigcap"}  # fmt: skip
ACCENTS: Final = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "overline", "\u0307": "dot",
                  "\u0308": "ddot", "\u20d7": "vec", "\u0301": "acute", "\u030c": "check"}  # fmt: skip
BRACKETS: Final = {"(": "(", ")": ")", "[": "[", "]": "]", "{": r"\{", "}": r"\}", "|": "|", "‖": r"\|",
                   "⟨": r"\langle", "⟩": r"\rangle", "〈": r"\langle", "〉": r"\rangle", "⌊": r"\lfloor",
                   "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil", "": "."}  # fmt: skip
