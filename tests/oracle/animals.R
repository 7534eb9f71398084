# Writes animals.json: experiments with few animals according to R, at full precision.
#
#   Rscript tests/oracle/animals.R
#
# Every case evaluates the text stored as its `call`, so the text cannot drift from what was run. Numbers are stored as
# text with 17 significant digits, since jsonlite writes at most 15.

suppressPackageStartupMessages({
  library(survival)
  library(mvtnorm)
  library(jsonlite)
})
set.seed(20261120)

text <- function(x) rapply(x, function(v) sprintf("%.17g", v), classes = "numeric", how = "replace")
cases <- list()
add <- function(kind, inputs, call) {
  x <- eval(parse(text = call))
  cases[[length(cases) + 1]] <<- list(kind = kind, call = call, inputs = text(inputs), values = text(as.list(x)))
}

# --- all three comparisons at once: the three log hazard ratios share the last arm ------------------------------------
# Miwa's algorithm is not random; with 4097 points its error is far below the tolerance of the test.
joint <- function(hazards, days, n) {
  d <- n * (1 - exp(-hazards * days))
  v <- diag(1 / d[1:3]) + 1 / d[4]
  z <- log(hazards[4] / hazards[1:3]) / sqrt(diag(v))
  pmvnorm(upper = qnorm(0.025) - z, corr = cov2cor(v), algorithm = Miwa(steps = 4097))[1]
}
for (ratios in list(c(1, 0.7, 0.7, 0.35), c(1, 0.7, 0.7, 0.21), c(1, 0.5, 0.8, 0.25), c(1, 1, 1, 0.4), c(1, 0.7, 0.7, 0.49))) {
  for (days in c(20, 60, 365)) for (n in c(6, 10, 20, 50, 200)) {
    add("joint", list(ratios = as.list(ratios), days = days, n = n), sprintf(
      "joint(log(2) / 30 * c(%s), %s, %s)", paste(ratios, collapse = ", "), days, n
    ))
  }
}

# --- the same where deaths cluster: survival is Weibull with one shape in all arms ------------------------------------
clustered <- function(medians, shape, n) {
  scale <- medians / log(2)^(1 / shape)
  d <- n * pweibull(60, shape, scale)
  hazard <- dweibull(25, shape, scale) / pweibull(25, shape, scale, lower.tail = FALSE)
  v <- diag(1 / d[1:3]) + 1 / d[4]
  z <- log(hazard[4] / hazard[1:3]) / sqrt(diag(v))
  pmvnorm(upper = qnorm(0.025) - z, corr = cov2cor(v), algorithm = Miwa(steps = 4097))[1]
}
for (medians in list(c(30, 40, 45, 86), c(30, 30, 30, 50))) {
  for (shape in c(0.8, 1, 1.5, 2, 4)) for (n in c(6, 20, 60)) {
    add("clustered", list(medians = as.list(medians), shape = shape, n = n), sprintf(
      "clustered(c(%s), %s, %s)", paste(medians, collapse = ", "), shape, n
    ))
  }
}

# --- the log-rank test ------------------------------------------------------------------------------------------------
few <- function(n, digits) {
  group <- rep(0:1, length.out = n)
  death <- rexp(n, 0.03 * c(1, 0.5)[group + 1])
  data.frame(time = pmax(round(pmin(death, 60), digits), 1), event = as.numeric(death <= 60), group = group)
}
data <- list()
for (n in c(5, 8, 12, 16, 20, 40, 100)) for (digits in c(4, 0)) data[[paste(n, digits)]] <- few(n, digits)
data[["tied"]] <- data.frame(time = c(3, 3, 3, 5, 5, 8, 8, 8, 8, 9), event = c(1, 1, 0, 1, 1, 1, 1, 0, 1, 0), group = rep(0:1, 5))
data[["nobody_left"]] <- data.frame(time = 1:6, event = rep(1, 6), group = c(0, 0, 0, 1, 1, 1))
log_rank <- function(x) {
  s <- survdiff(Surv(time, event) ~ group, data = x)
  c(z = (s$obs - s$exp)[2] / sqrt(s$var[2, 2]), chisq = s$chisq)
}
for (name in names(data)) add("log-rank", lapply(data[[name]], as.list), sprintf("log_rank(data[[\"%s\"]])", name))

# --- type S and type M by integration of the density of estimates ----------------------------------------------------
filter <- function(size, z) {
  part <- function(f, from, to) integrate(f, from, to, rel.tol = 1e-12, abs.tol = 0, subdivisions = 2000)$value
  right <- part(function(x) dnorm(x, size), z, size + 12)
  wrong <- part(function(x) dnorm(x, size), -z - 12, -z)
  mean <- part(function(x) x * dnorm(x, size), z, size + 12) - part(function(x) x * dnorm(x, size), -z - 12, -z)
  c(power = right + wrong, wrong_sign = wrong / (right + wrong), exaggeration = mean / (size * (right + wrong)))
}
for (size in c(0.05, 0.1, 0.3, 0.5, 1, 1.5, 2, 2.8, 3.5, 5)) for (level in c(0.05, 0.01)) {
  add("filter", list(size = size, level = level), sprintf("filter(%s, qnorm(%s / 2, lower.tail = FALSE))", size, level))
}

# --- t tests of two groups, and of the difference of two differences --------------------------------------------------
for (n in c(2, 3, 5, 8, 12, 30)) for (effect in c(0, 0.3, 1, 2, 3)) {
  add("two-groups", list(n = n, effect = effect), sprintf(
    "power.t.test(n = %s, delta = %s, sd = 1, sig.level = 0.025, alternative = \"one.sided\")$power", n, effect
  ))
  # the power of the contrast (1, -1, -1, 1) of four means, by integration over the distribution of the variance
  add("difference", list(n = n, effect = effect), sprintf(paste0(
    "local({df <- 4 * (%s - 1); integrate(function(v) dchisq(v, df) * pnorm(qt(0.975, df) * sqrt(v / df) - %s * sqrt(%s / 4), ",
    "lower.tail = FALSE), 0, Inf, rel.tol = 1e-10, subdivisions = 2000)$value})"
  ), n, effect, n))
}

here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
packages <- sapply(c("survival", "mvtnorm", "stats", "jsonlite"), function(p) as.character(packageVersion(p)), simplify = FALSE)
writeLines(
  toJSON(list(r = R.version.string, packages = packages, cases = cases), auto_unbox = TRUE, pretty = FALSE),
  file.path(here, "animals.json")
)
