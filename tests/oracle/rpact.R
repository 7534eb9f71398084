# Writes rpact.json: group sequential boundaries according to R, at full precision.
#
#   Rscript tests/oracle/rpact.R
#
# Every case evaluates the text stored as its `call`, so the text cannot drift from what was run. Numbers are stored
# as text with 17 significant digits, since jsonlite writes at most 15, and infinities survive that way.
#
# rpact is run at its smallest permitted tolerance, 1e-10, and its own integration is coarser than that (the test says
# how much). Two further oracles, in base R, are accurate where rpact is not: `direct` integrates the joint normal
# density itself, for the first three looks of any design, since later looks do not change earlier boundaries;
# `simpson` is the recursion with Simpson's rule on 3001 equidistant points, for evenly spaced looks.

suppressPackageStartupMessages({
  library(rpact)
  library(metafor)
  library(jsonlite)
})

# --- direct integration and Simpson's rule ---------------------------------------------------------------------------

asOF <- function(t, a) 2 * pnorm(-qnorm(1 - a / 2) / sqrt(t))
asP <- function(t, a) a * log(1 + (exp(1) - 1) * t)
area <- function(f, low, high) integrate(f, low, high, rel.tol = 1e-13, abs.tol = 0, subdivisions = 1000)$value
root <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-15, maxiter = 200)$root

# Brownian motion B(t) = Z(t) sqrt(t): independent increments, so a joint density is a product of normal densities.
direct <- function(t, spending, a, sided) {
  spent <- diff(c(0, spending(t, a / sided)))
  low <- function(b) if (sided == 2) -b else -12
  b1 <- sqrt(t[1]) * qnorm(spent[1], lower.tail = FALSE)
  above2 <- function(b) area(function(x) {
    dnorm(x, 0, sqrt(t[1])) * pnorm(b, x, sqrt(t[2] - t[1]), lower.tail = FALSE)
  }, low(b1), b1)
  b2 <- root(function(b) log(above2(b) / spent[2]), 0.1, sqrt(t[2]) * 9)
  if (length(t) == 2) return(c(b1, b2) / sqrt(t))
  density2 <- function(y) vapply(y, function(v) area(function(x) {
    dnorm(x, 0, sqrt(t[1])) * dnorm(v, x, sqrt(t[2] - t[1]))
  }, low(b1), b1), 0)
  above3 <- function(b) area(function(y) {
    density2(y) * pnorm(b, y, sqrt(t[3] - t[2]), lower.tail = FALSE)
  }, low(b2), b2)
  b3 <- root(function(b) log(above3(b) / spent[3]), 0.1, sqrt(t[3]) * 9)
  c(b1, b2, b3) / sqrt(t)
}

simpson <- function(t, spending, a, sided, points = 3001) {
  spent <- diff(c(0, spending(t, a / sided)))
  b <- sqrt(t[1]) * qnorm(spent[1], lower.tail = FALSE)
  weights <- c(1, rep(c(4, 2), (points - 3) / 2), 4, 1) / 3
  density <- function(y) dnorm(y, 0, sqrt(t[1]))
  for (k in seq_along(t)[-1]) {
    step <- sqrt(t[k] - t[k - 1])
    x <- seq(if (sided == 2) -b[k - 1] else -9 * sqrt(t[k - 1]), b[k - 1], length.out = points)
    mass <- density(x) * weights * (x[2] - x[1])
    b[k] <- root(function(b) sum(mass * pnorm(b, x, step, lower.tail = FALSE)) / spent[k] - 1, 0.1, 9 * sqrt(t[k]))
    density <- local({
      x <- x; mass <- mass; step <- step
      function(y) c(matrix(dnorm(outer(y, x, "-") / step) / step, length(y)) %*% mass)
    })
  }
  b / sqrt(t)
}

# --- the cases -------------------------------------------------------------------------------------------------------

text <- function(x) rapply(x, function(v) sprintf("%.17g", v), classes = "numeric", how = "replace")
cases <- list()
add <- function(kind, id, inputs, call, pick = function(x) x) {
  x <- suppressWarnings(eval(parse(text = call)))
  cases[[length(cases) + 1]] <<- list(
    id = paste(kind, id, sep = "/"), kind = kind, call = call, inputs = text(inputs), values = text(as.list(pick(x)))
  )
}
vector <- function(x) paste0("c(", paste(x, collapse = ", "), ")")

evenly <- function(k) paste0("(1:", k, ")/", k)
spacings <- list(
  early = c(0.05, 0.5, 1), # an O'Brien-Fleming boundary of almost 10
  veryearly = c(0.05, 0.1, 0.2, 0.4, 0.7, 1),
  bunched = c(0.1, 0.15, 0.6, 1), late = c(0.3, 0.9, 1), close = c(0.5, 0.51, 1),
  unfinished = c(0.2, 0.45, 0.8) # the required information not yet reached
)
rates <- c(lapply(setNames(1:10, paste0("even", 1:10)), evenly), lapply(spacings, vector))

for (name in names(rates)) for (a in c(0.05, 0.01)) for (sided in 1:2) for (spending in c("asOF", "asP")) {
  t <- eval(parse(text = rates[[name]]))
  inputs <- list(t = as.list(as.numeric(t)), alpha = a, sided = sided, spending = spending)
  id <- paste(name, spending, a, sided, sep = "/")
  # a single look is not sequential, and rpact then wants no information rates
  timing <- if (name == "even1") "kMax = 1" else paste0("informationRates = ", rates[[name]])
  add("boundaries", id, inputs, sprintf(
    "getDesignGroupSequential(%s, alpha = %s, sided = %d, typeOfDesign = \"%s\", tolerance = 1e-10)", timing, a, sided, spending
  ), function(x) list(critical = as.list(x$criticalValues)))
  pick <- function(x) list(critical = as.list(x))
  if (length(t) > 1) {
    inputs$t <- head(inputs$t, 3)
    add("direct", id, inputs, sprintf("direct(head(%s, 3), %s, %s, %d)", rates[[name]], spending, a, sided), pick)
    inputs$t <- as.list(as.numeric(t))
  }
  if (a == 0.05 && name %in% c("even5", "even10")) {
    add("simpson", id, inputs, sprintf("simpson(%s, %s, %s, %d)", rates[[name]], spending, a, sided), pick)
  }
}

bounds <- function(x) list(
  critical = as.list(x$criticalValues), futility = as.list(x$futilityBounds), shift = getDesignCharacteristics(x)$shift
)
beta <- list(c("asOF", "bsOF"), c("asOF", "bsP"), c("asP", "bsP"), c("asP", "bsOF"))
for (name in c("even2", "even3", "even4", "even5", "even8", "bunched", "late")) for (s in beta) for (b in c(0.2, 0.1)) {
  add("futility", paste(name, s[1], s[2], b, sep = "/"), list(
    t = as.list(as.numeric(eval(parse(text = rates[[name]])))), alpha = 0.025, sided = 1L, power = 1 - b,
    spending = s[1], beta_spending = s[2]
  ), sprintf(paste(
    "getDesignGroupSequential(informationRates = %s, alpha = 0.025, beta = %s, sided = 1, typeOfDesign = \"%s\",",
    "typeBetaSpending = \"%s\", bindingFutility = FALSE, tolerance = 1e-10)"
  ), rates[[name]], b, s[1], s[2]), bounds)
}

# rpact opens no wedge (NA) at looks where the one-sided limit would be negative. With `betaAdjustment` it rescales what
# is left to spend, without it the next look spends what was saved.
for (t in list(c(0.6, 1), c(0.5, 0.75, 1), c(1, 2, 3) / 3)) for (s in beta) for (b in c(0.2, 0.1)) {
  for (adjusted in c(TRUE, FALSE)) {
    timing <- if (t[1] == 1 / 3) "(1:3)/3" else vector(t)
    add("wedge", paste(timing, s[1], s[2], b, adjusted, sep = "/"), list(
      t = as.list(t), alpha = 0.05, sided = 2L, power = 1 - b, spending = s[1], beta_spending = s[2], adjusted = adjusted
    ), sprintf(paste(
      "getDesignGroupSequential(informationRates = %s, alpha = 0.05, beta = %s, sided = 2, typeOfDesign = \"%s\",",
      "typeBetaSpending = \"%s\", bindingFutility = FALSE, betaAdjustment = %s, twoSidedPower = TRUE, tolerance = 1e-10)"
    ), timing, b, s[1], s[2], adjusted), bounds)
  }
}

# The fixed-sample normal test of two means with the variance p (1 - p) of the mean risk is the required information size.
for (control in c(0.1, 0.3, 0.45)) for (reduction in c(0.1, 0.2, 0.3)) for (power in c(0.8, 0.9)) for (a in c(0.05, 0.01)) {
  add("size", paste(control, reduction, power, a, sep = "/"), list(
    control_risk = control, relative_risk_reduction = reduction, power = power, alpha = a
  ), sprintf(paste(
    "local({p <- %s * (1 - %s / 2); getSampleSizeMeans(getDesignGroupSequential(kMax = 1, sided = 2, alpha = %s, beta = 1 - %s),",
    "alternative = %s * %s, stDev = sqrt(p * (1 - p)), normalApproximation = TRUE)})"
  ), control, reduction, a, power, control, reduction), function(x) list(n = c(x$nFixed)))
}
# ... and with unit variance its total over 4 is the information, 1 / SE^2 = n / 4.
for (effect in c("log(0.7)", "log(0.85)", "log(1.5)")) for (power in c(0.8, 0.9)) {
  add("information", paste(effect, power, sep = "/"), list(log_effect = eval(parse(text = effect)), power = power), sprintf(paste(
    "getSampleSizeMeans(getDesignGroupSequential(kMax = 1, sided = 2, alpha = 0.05, beta = 1 - %s),",
    "alternative = abs(%s), stDev = 1, normalApproximation = TRUE)"
  ), power, effect), function(x) list(information = c(x$nFixed) / 4))
}

trials <- list(
  bcg = escalc(measure = "OR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg),
  writing = dat.bangertdrowns2004,
  lidocaine = escalc(measure = "RD", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.hine1989)
)
for (name in names(trials)) {
  inputs <- list(y = as.list(as.numeric(trials[[name]]$yi)), v = as.list(as.numeric(trials[[name]]$vi)))
  for (method in c("FE", "DL")) add(
    "cumulative", paste(name, method, sep = "/"), c(inputs, method = method),
    sprintf("cumul(rma(yi, vi, data = trials$%s, method = \"%s\"))", name, method), function(x) list(z = as.list(x$zval))
  )
  add("diversity", name, inputs, sprintf(
    "1 - rma(yi, vi, data = trials$%s, method = \"FE\")$se^2 / rma(yi, vi, data = trials$%s, method = \"DL\")$se^2", name, name
  ), function(x) list(d2 = c(x)))
}

here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
packages <- sapply(c("rpact", "metafor", "stats", "jsonlite"), function(p) as.character(packageVersion(p)), simplify = FALSE)
writeLines(
  toJSON(list(r = R.version.string, packages = packages, cases = cases), auto_unbox = TRUE, pretty = FALSE),
  file.path(here, "rpact.json")
)
