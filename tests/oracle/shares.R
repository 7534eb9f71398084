# Reference values for arms that print 68% and 42% alive with p = 0.003, and for two publications on the same question,
# from R's stats, survival and metafor.
# Run from this folder: Rscript shares.R
suppressPackageStartupMessages({
  library(jsonlite)
  library(metafor)
  library(survival)
})

tables <- list( # alive and patients, treated and control
  c(39, 57, 24, 57), c(41, 60, 25, 60), c(44, 65, 27, 65), c(47, 69, 29, 69), c(54, 80, 34, 80),
  c(25, 37, 168, 400), c(304, 450, 15, 36), # one arm much larger than the other
  c(42, 56, 31, 58), c(18, 56, 34, 58), c(5, 56, 14, 58), c(102, 124, 58, 86) # Chen 2022, Li 2019
)
ratio <- function(x, measure) {
  y <- summary(escalc(measure, ai = x[1], n1i = x[2], ci = x[3], n2i = x[4]))
  natural <- if (measure == "RD") identity else exp
  list(estimate = natural(c(y$yi)), lower = natural(y$ci.lb), upper = natural(y$ci.ub))
}
two_by_two <- lapply(tables, function(x) {
  m <- matrix(c(x[1], x[3], x[2] - x[1], x[4] - x[3]), 2)
  dead <- c(x[2] - x[1], x[2], x[4] - x[3], x[4])
  list(
    kind = "table", events_treated = x[1], n_treated = x[2], events_control = x[3], n_control = x[4],
    chi2 = suppressWarnings(prop.test(c(x[1], x[3]), c(x[2], x[4]), correct = FALSE)$p.value),
    chi2_yates = suppressWarnings(prop.test(c(x[1], x[3]), c(x[2], x[4]), correct = TRUE)$p.value),
    fisher = fisher.test(m)$p.value,
    odds_ratio = ratio(x, "OR"), risk_ratio = ratio(x, "RR"), risk_ratio_dead = ratio(dead, "RR"),
    difference = ratio(x, "RD")
  )
})

# deaths on days 1, 2, 3 ..., in a given order of arms (1 treated, 0 control); the rest alive afterwards
log_rank <- function(order, n1, n0) {
  days <- length(order) + 1
  arm <- c(order, rep(1, n1 - sum(order == 1)), rep(0, n0 - sum(order == 0)))
  time <- c(seq_along(order), rep(days, n1 + n0 - length(order)))
  status <- as.numeric(seq_along(time) <= length(order))
  pchisq(survdiff(Surv(time, status) ~ arm)$chisq, 1, lower.tail = FALSE)
}
orders <- lapply(list(c(44, 65, 27, 65), c(34, 50, 21, 50), c(42, 56, 31, 58)), function(x) {
  d1 <- x[2] - x[1]
  d0 <- x[4] - x[3]
  list(
    kind = "log-rank", alive_treated = x[1], n_treated = x[2], alive_control = x[3], n_control = x[4],
    treated_first = log_rank(c(rep(1, d1), rep(0, d0)), x[2], x[4]),
    control_first = log_rank(c(rep(0, d0), rep(1, d1)), x[2], x[4])
  )
})

# two samples built to have a difference of means and a common standard deviation
changes <- lapply(list(c(30, 52, 65, 65), c(31, 40, 57, 58), c(29, 60, 80, 79)), function(x) {
  sample <- function(n, mean, sd) mean + sd * c(scale(seq_len(n)))
  p <- t.test(sample(x[3], x[1], x[2]), sample(x[4], 0, x[2]), var.equal = TRUE)$p.value
  list(kind = "t", difference = x[1], sd = x[2], n_treated = x[3], n_control = x[4], p = p)
})

intervals <- lapply(list(c(42, 56), c(31, 58), c(0, 12)), function(x) list(
  kind = "interval", events = x[1], n = x[2],
  wilson = c(suppressWarnings(prop.test(x[1], x[2], correct = FALSE)$conf.int)),
  clopper_pearson = c(binom.test(x[1], x[2])$conf.int)
))

versions <- sapply(c("stats", "survival", "metafor"), function(p) as.character(packageVersion(p)), simplify = FALSE)
write_json(
  list(
    r = R.version.string, packages = versions,
    calls = list(
      chi2 = "prop.test(c(a, c), c(n1, n0), correct = FALSE)$p.value",
      chi2_yates = "prop.test(c(a, c), c(n1, n0), correct = TRUE)$p.value",
      fisher = "fisher.test(m)$p.value",
      odds_ratio = "summary(escalc(\"OR\", ai = a, n1i = n1, ci = c, n2i = n0))",
      risk_ratio = "summary(escalc(\"RR\", ai = a, n1i = n1, ci = c, n2i = n0))",
      risk_ratio_dead = "summary(escalc(\"RR\", ai = n1 - a, n1i = n1, ci = n0 - c, n2i = n0))",
      difference = "summary(escalc(\"RD\", ai = a, n1i = n1, ci = c, n2i = n0))",
      treated_first = "survdiff(Surv(time, status) ~ arm)$chisq",
      control_first = "survdiff(Surv(time, status) ~ arm)$chisq",
      p = "t.test(x, y, var.equal = TRUE)$p.value",
      wilson = "prop.test(e, n, correct = FALSE)$conf.int",
      clopper_pearson = "binom.test(e, n)$conf.int"
    ),
    cases = c(two_by_two, orders, changes, intervals)
  ),
  "shares.json", auto_unbox = TRUE, digits = I(17), pretty = TRUE
)
