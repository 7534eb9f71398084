# Writes cox.json: what R's survival::coxph says about simulated cohorts and three of its own data sets.
#
#   Rscript tests/oracle/cox.R
#
# Every case evaluates the text stored as its `call`, so the text cannot drift from what was run. Convergence is
# tightened far past coxph's defaults, to leave nothing but rounding error, and `timefix` is off, so that times are tied
# if they are equal. Simulated numbers are rounded to four places, which the 15 digits that jsonlite writes hold exactly.
# Warnings are stored with the case: they are how coxph reports that a coefficient runs to infinity.

suppressPackageStartupMessages({
  library(survival)
  library(jsonlite)
})
set.seed(20260101)
settings <- "coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100, timefix = FALSE)"
control <- eval(parse(text = settings))

# n patients with exponential times; a = normal, b = yes or no, c = skewed and far from zero
cohort <- function(n, digits = 4, censored_after = 3) {
  a <- round(rnorm(n), 4)
  b <- rbinom(n, 1, 0.4)
  c <- round(60 + 4 * rlnorm(n), 4)
  death <- rexp(n, exp(0.5 * a - 0.7 * b + 0.02 * (c - 65)))
  end <- runif(n, 0.3, censored_after)
  time <- pmax(round(pmin(death, end), digits), 10^-digits)
  data.frame(id = seq_len(n), time, event = death <= end, a, b, c)
}

# the same patients watched from `entry` on, in one row per stretch between deaths: `switched` turns from 0 to 1 at a
# time of the patient's own, `cycles` counts how often so far, at a pace and up to a number of the patient's own
stretches <- function(patients, entry = rep(0, nrow(patients))) {
  patients$entry <- entry
  patients <- patients[patients$entry < patients$time, ]
  n <- nrow(patients)
  patients$switch <- round(rexp(n, 2), 4)
  patients$pace <- runif(n, 0.1, 0.4)
  patients$most <- sample(1:6, n, replace = TRUE)
  long <- survSplit(
    Surv(entry, time, event) ~ id + a + switch + pace + most, data = patients, cut = sort(unique(patients$time[patients$event])),
    start = "start", end = "stop", event = "event"
  )
  long$switched <- as.numeric(long$stop > long$switch)
  long$cycles <- pmin(floor(long$stop / long$pace), long$most)
  long$event <- long$event == 1
  long[c("id", "start", "stop", "event", "a", "switched", "cycles")]
}

few <- function(time, event, a, b) data.frame(id = seq_along(time), time, event = as.logical(event), a, b)
complete <- function(...) na.omit(data.frame(...))
data <- list(
  # 36 patients, no two times equal; with 1 to 3 patients to a time; all times in whole units
  untied = cohort(36),
  tied = cohort(36, digits = 1),
  heavily_tied = cohort(36, digits = 0),
  larger = cohort(150, digits = 2),
  ovarian = with(ovarian, complete(id = seq_along(futime), time = futime, event = fustat == 1, a = age, b = rx, c = resid.ds)),
  # 137 patients, covariates on very different scales
  veteran = with(veteran, complete(id = seq_along(time), time, event = status == 1, a = karno, b = age, c = trt)),
  # time-varying covariates; late entry; both, with ties
  varying = stretches(cohort(36)),
  late = stretches(cohort(60), entry = round(runif(60, 0, 0.8), 4)),
  late_tied = stretches(cohort(60, digits = 1), entry = sample(c(0, 0.1, 0.2, 0.3), 60, replace = TRUE)),
  # Stanford heart transplants: 103 patients, transplanted while watched
  heart = with(heart, data.frame(id, start, stop, event = event == 1, a = age, b = year, c = as.numeric(transplant) - 1)),
  # no maximum: b = 1 never dies; a + b, and neither alone, is largest in whoever dies; the same with two deaths tied
  one_covariate = few(1:8, c(1, 1, 0, 1, 1, 0, 1, 0), c(3, 1, 2, 5, 2, 4, 1, 3), c(0, 0, 1, 0, 0, 1, 0, 1)),
  direction = few(1:6, c(1, 1, 0, 1, 0, 0), c(4, 1, 2, 3, 1, 0), c(2, 4, 2, 1, 1, 3)),
  direction_tied = few(c(1, 1, 2, 3, 4, 5), c(1, 1, 0, 1, 0, 0), c(4, 1, 2, 3, 1, 0), c(1, 4, 2, 1, 1, 3))
)
invisible(list2env(data, environment()))

cases <- list()
add <- function(set, covariates, ties, response = "Surv(time, event)") {
  call <- sprintf('coxph(%s ~ %s, data = %s, ties = "%s", control = control)', response, paste(covariates, collapse = " + "), set, ties)
  warned <- character()
  fit <- withCallingHandlers(eval(parse(text = call)), warning = function(w) {
    warned <<- c(warned, conditionMessage(w))
    invokeRestart("muffleWarning")
  })
  values <- list(log_hr = I(unname(coef(fit))), se = I(unname(sqrt(diag(vcov(fit))))), loglik = fit$loglik[length(fit$loglik)])
  cases[[length(cases) + 1]] <<- list(data = set, covariates = I(covariates), ties = ties, call = call, warnings = I(warned), values = values)
}

for (ties in c("efron", "breslow")) {
  for (set in c("untied", "tied", "heavily_tied", "larger", "ovarian", "veteran")) {
    for (covariates in list("a", "b", "c", c("a", "b"), c("a", "b", "c"))) add(set, covariates, ties)
  }
  for (set in c("varying", "late", "late_tied")) {
    for (covariates in list("switched", c("a", "cycles"), c("a", "switched", "cycles"))) {
      add(set, covariates, ties, "Surv(start, stop, event)")
    }
  }
  for (covariates in list("c", c("a", "b", "c"))) add("heart", covariates, ties, "Surv(start, stop, event)")
  for (set in c("one_covariate", "direction", "direction_tied")) add(set, c("a", "b"), ties)
}

version <- function(package) as.character(packageVersion(package))
out <- list(
  r = R.version.string,
  packages = list(survival = version("survival"), jsonlite = version("jsonlite")),
  control = settings,
  data = data,
  cases = cases
)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
writeLines(toJSON(out, dataframe = "columns", auto_unbox = TRUE, digits = I(17), null = "null", na = "null"), file.path(here, "cox.json"))
