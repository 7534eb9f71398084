// A page with formulae is shown when their font is there, so that nothing moves; frame.css shows it after a second anyway.
"use strict";
document.body.classList.add("rd-waits");
document.fonts.load('1em "STIX Two Math Subset"').finally(() => document.body.classList.remove("rd-waits"));
