# Writes two_arms.json: what R says about two arms, from counts, from means and from tables of events.
#
#   cd tests/oracle && Rscript two_arms.R
#
# Every case stores its call. Log-rank tests are of patients made up to have a given table of events: in each period
# some are lost before all events, the events come all at once or one arm after the other, and some are lost after them.

suppressPackageStartupMessages({
  library(survival)
  library(jsonlite)
})
set.seed(20261120)

# --- counts: events and patients, treated and control
tables <- list(
  c(11, 29, 16, 33), c(16, 29, 22, 33), c(9, 29, 15, 33), c(17, 29, 10, 33), c(21, 29, 13, 33), c(14, 29, 9, 33),
  c(6, 351, 7, 339), c(7, 49, 2, 48), c(12, 49, 6, 48), c(13, 32, 3, 32), c(9, 34, 3, 32), c(127, 542, 132, 547),
  c(1, 5, 4, 6), c(40, 44, 90, 162)
)
counts <- lapply(tables, function(x) {
  m <- matrix(c(x[1], x[3], x[2] - x[1], x[4] - x[3]), 2)
  exact <- fisher.test(m)
  fit <- loglin(m, list(1, 2), print = FALSE)
  list(counts = x, estimate = exact$estimate[[1]], lower = exact$conf.int[1], upper = exact$conf.int[2],
       one_sided = min(fisher.test(m, alternative = "less")$p.value, fisher.test(m, alternative = "greater")$p.value),
       pearson = fit$pearson, likelihood_ratio = fit$lrt)
})

# --- means: samples made to have these means and standard deviations
made <- function(n, mean, sd) as.numeric(scale(rnorm(n))) * sd + mean
means <- lapply(list(
  c(52.8, 11.7, 100, 39.6, 11.0, 100), c(4.62, 3.2, 100, 3.68, 2.3, 100), c(4.04, 3.85, 240, 3.65, 2.32, 228),
  c(10, 2, 8, 12, 5, 30), c(0.5, 0.1, 3, 0.52, 0.4, 50)
), function(x) {
  a <- made(x[3], x[1], x[2]); b <- made(x[6], x[4], x[5])
  list(summary = x, pooled = t.test(a, b, var.equal = TRUE)$p.value, welch = t.test(a, b)$p.value)
})

# --- power of Fisher's test: every pair of counts, tested by fisher.test
power <- lapply(list(c(0.2, 12, 0.5, 15), c(0.05, 30, 0.2, 20), c(0.5, 8, 0.5, 8), c(0, 25, 0.3, 25)), function(x) {
  found <- 0
  for (a in 0:x[2]) for (c in 0:x[4]) {
    p <- fisher.test(matrix(c(a, c, x[2] - a, x[4] - c), 2))$p.value
    if (p <= 0.05) found <- found + dbinom(a, x[2], x[1]) * dbinom(c, x[4], x[3])
  }
  list(inputs = x, power = found)
})

# --- log-rank: per period at risk and events of each arm; who is at risk no more is lost in between
patients <- function(at_risk, events, order, arm, total) {
  time <- status <- numeric(0)
  left <- total
  for (k in seq_along(at_risk)) {
    start <- 1000 * k
    before <- left - at_risk[k]
    time <- c(time, rep(start, before)); status <- c(status, rep(0, before))
    when <- switch(order, tied = rep(start + 500, events[k]),
                   `controls first` = start + (if (arm == "control") 100 else 500) + seq_len(events[k]) / 10,
                   `treated first` = start + (if (arm == "control") 500 else 100) + seq_len(events[k]) / 10)
    time <- c(time, when); status <- c(status, rep(1, events[k]))
    left <- at_risk[k] - events[k]
  }
  data.frame(time = c(time, rep(1e6, left)), status = c(status, rep(0, left)), arm = arm)
}
arms <- list(
  list(treated = list(r = c(44, 40, 30), d = c(1, 3, 3)), control = list(r = c(162, 140, 90), d = c(8, 22, 20))),
  list(treated = list(r = c(44, 31, 16), d = c(13, 6, 1)), control = list(r = c(161, 100, 60), d = c(55, 37, 13))),
  list(treated = list(r = c(20, 10), d = c(5, 0)), control = list(r = c(18, 12), d = c(2, 6))),
  list(treated = list(r = c(7), d = c(4)), control = list(r = c(9), d = c(2)))
)
log_rank <- do.call(c, lapply(arms, function(x) lapply(c("tied", "controls first", "treated first"), function(order) {
  both <- rbind(patients(x$treated$r, x$treated$d, order, "treated", 44),
                patients(x$control$r, x$control$d, order, "control", 162))
  call <- "survdiff(Surv(time, status) ~ arm, data = both)"
  list(treated = cbind(x$treated$r, x$treated$d), control = cbind(x$control$r, x$control$d), order = order, call = call,
       p = pchisq(eval(parse(text = call))$chisq, 1, lower.tail = FALSE))
})))

write_json(
  list(r = R.version.string,
       packages = list(survival = as.character(packageVersion("survival")), stats = as.character(packageVersion("stats"))),
       calls = list(estimate = "fisher.test(m)$estimate", lower = "fisher.test(m)$conf.int", upper = "fisher.test(m)$conf.int",
                    one_sided = "fisher.test(m, alternative = \"less\"); fisher.test(m, alternative = \"greater\")",
                    pearson = "loglin(m, list(1, 2))$pearson", likelihood_ratio = "loglin(m, list(1, 2))$lrt",
                    pooled = "t.test(a, b, var.equal = TRUE)$p.value", welch = "t.test(a, b)$p.value",
                    power = "fisher.test(m)$p.value on every pair of counts"),
       counts = counts, means = means, power = power, log_rank = log_rank),
  "two_arms.json", auto_unbox = TRUE, digits = I(17), pretty = TRUE
)
