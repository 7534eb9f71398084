# Writes survival.json: what R's survival package says about small censored samples, at full precision.
#
#   cd tests/oracle && Rscript survival.R
#
# Every case evaluates the text stored as its `call`. Times are the patients' ranks 1, 2, ..., n: untied, so that only
# the order of deaths (1) and censorings (0) matters. Some cases are chosen (curve exactly at one half, nobody dies, the
# last patient dies or is censored, median never reached), the rest drawn with a fixed seed.

suppressPackageStartupMessages({
  library(survival)
  library(jsonlite)
})
set.seed(20231130)

chosen <- list(
  c(1, 1), c(1, 0), c(0, 1), rep(0, 5), rep(1, 6), rep(1, 7), rep(1, 12), rep(1, 36),
  c(rep(1, 18), rep(0, 18)), c(rep(1, 10), rep(0, 26)), c(rep(0, 33), 1, 1, 1), c(rep(1, 18), rep(0, 9), rep(1, 9))
)
drawn <- unlist(lapply(c(5, 8, 13, 20, 36, 60), function(n) {
  lapply(c(0.1, 0.3, 0.6), function(censored) rbinom(n, 1, 1 - censored))
}), recursive = FALSE)
samples <- c(chosen, drawn)

kaplan_meier <- function(status, conf.type, level) {
  time <- seq_along(status)
  call <- "survfit(Surv(time, status) ~ 1, conf.type = conf.type, conf.int = level)"
  fit <- eval(parse(text = call))
  median <- quantile(fit, 0.5)
  list(
    status = I(status), conf_type = conf.type, level = level, call = call, survival = I(fit$surv),
    std_err = I(fit$std.err), lower = I(fit$lower), upper = I(fit$upper),
    median = median$quantile[[1]], median_lower = median$lower[[1]], median_upper = median$upper[[1]]
  )
}

grid <- expand.grid(sample = seq_along(samples), conf.type = c("plain", "log", "log-log"), level = c(0.95, 0.8),
                    stringsAsFactors = FALSE)
medians <- Map(function(i, type, level) kaplan_meier(samples[[i]], type, level), grid$sample, grid$conf.type, grid$level)

# Cox regressions: a large sample near the null, where the planning formula holds, and small ones far from it, where
# only the bound does
cox <- function(n, effect, second) {
  x <- round(rnorm(n, 4, 3), 2)
  y <- rnorm(n) + 0.05 * x
  death <- rexp(n, exp(effect * (x - 4)))
  leaving <- rexp(n, 0.3)
  time <- pmin(death, leaving)
  status <- as.integer(death <= leaving)
  call <- if (second) "coxph(Surv(time, status) ~ x + y)" else "coxph(Surv(time, status) ~ x)"
  fit <- eval(parse(text = call))
  list(call = call, n = n, effect = effect, events = sum(status), sd = sd(x), range = diff(range(x)),
       r2 = if (second) summary(lm(x ~ y))$r.squared else 0, estimate = coef(fit)[["x"]], se = sqrt(vcov(fit)[1, 1]))
}
regressions <- Map(cox, c(20000, 20000, 36, 36, 36, 36), c(0, 0, 0, 0.2, -0.4, 0.1), c(FALSE, TRUE, FALSE, FALSE, TRUE, TRUE))

write_json(
  list(r = R.version.string, packages = list(survival = as.character(packageVersion("survival"))),
       medians = medians, cox = regressions),
  "survival.json", auto_unbox = TRUE, digits = I(17), na = "null"
)
