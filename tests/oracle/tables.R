# Reference values for tests of two-by-two tables, from R's own stats package.
# Run from this folder: Rscript tables.R
library(jsonlite)

tables <- list(
  c(127, 542, 132, 547), c(47, 181, 63, 180),          # TESTS and ETASS, 28-day death
  c(4, 123, 11, 139), c(6, 306, 29, 303),              # two trials of metafor's dat.bcg
  c(3, 10, 3, 10), c(0, 12, 5, 11), c(12, 12, 5, 11), c(1, 3, 2, 4), c(7, 49, 2, 48), c(20, 20, 1, 2)
)
cases <- lapply(tables, function(x) {
  m <- matrix(c(x[1], x[3], x[2] - x[1], x[4] - x[3]), 2)
  list(
    events_treated = x[1], n_treated = x[2], events_control = x[3], n_control = x[4],
    chi2 = suppressWarnings(chisq.test(m, correct = FALSE)$p.value),
    chi2_yates = suppressWarnings(chisq.test(m, correct = TRUE)$p.value),
    fisher = fisher.test(m)$p.value
  )
})
write_json(
  list(
    r = R.version.string,
    packages = list(stats = as.character(packageVersion("stats"))),
    calls = list(
      chi2 = "chisq.test(m, correct = FALSE)$p.value",
      chi2_yates = "chisq.test(m, correct = TRUE)$p.value",
      fisher = "fisher.test(m)$p.value"
    ),
    cases = cases
  ),
  "tables.json", auto_unbox = TRUE, digits = I(17), pretty = TRUE
)
