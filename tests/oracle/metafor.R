# Writes metafor.json: what R's metafor says about published 2x2 data, at full precision.
#
#   Rscript tests/oracle/metafor.R
#
# Every case evaluates the text stored as its `call`, so the text cannot drift from what was run. The iterative
# estimators are run far past metafor's defaults (which stop at 1e-5), to leave nothing but rounding error. Warnings to
# expect: Knapp-Hartung with the common-effect model, Peto effects missing for trials without events, and REML falling
# back on tau^2 = 0 where that is the higher of two peaks. jsonlite writes at most 15 significant digits.

suppressPackageStartupMessages({
  library(metafor)
  library(jsonlite)
})

tables <- function(ai, n1i, ci, n2i) na.omit(data.frame(ai, n1i, ci, n2i))

data <- local({
  bcg <- dat.bcg
  catheters <- dat.nielweise2007
  diuretics <- dat.collins1985b
  lidocaine <- dat.hine1989
  magnesium <- dat.egger2001
  blockers <- subset(dat.yusuf1985, table == 6)
  list(
    # 13 trials, large heterogeneity, no zero cell
    bcg = tables(bcg$tpos, bcg$tpos + bcg$tneg, bcg$cpos, bcg$cpos + bcg$cneg),
    # 18 trials with zero cells in one arm and, in one trial, in both
    catheters = tables(catheters$ai, catheters$n1i, catheters$ci, catheters$n2i),
    # 9 trials, moderate to large heterogeneity, common outcome
    diuretics = tables(diuretics$pre.xti, diuretics$pre.nti, diuretics$pre.xci, diuretics$pre.nci),
    # 6 trials, tau^2 = 0
    lidocaine = tables(lidocaine$ai, lidocaine$n1i, lidocaine$ci, lidocaine$n2i),
    # 16 trials, one of them (ISIS-4) with 58,050 patients among trials of fifty
    magnesium = tables(magnesium$ai, magnesium$n1i, magnesium$ci, magnesium$n2i),
    # 21 trials, three of them without any event
    blockers = tables(blockers$ai, blockers$n1i, blockers$ci, blockers$n2i),
    # two trials of thymosin alpha 1 in sepsis: TESTS and ETASS, deaths
    sepsis = tables(c(127, 47), c(542, 181), c(132, 63), c(547, 180)),
    # 48 effects with their variances, no tables
    writing = data.frame(yi = c(dat.bangertdrowns2004$yi), vi = c(dat.bangertdrowns2004$vi)),
    # four effects, made up, such that two Q-profile limits and REML lie far from zero, with variances a thousandfold apart
    unequal = data.frame(yi = c(-1.5, 0.25, 2, 3.5), vi = c(0.004, 0.3, 0.05, 4)),
    # restricted likelihoods with two peaks, made up: the higher one far from zero, and at zero
    peak_away = data.frame(yi = c(0.04, -0.02, 1.36, 0.04, -0.04), vi = c(0.0722, 0.0042, 0.0937, 0.005, 0.0092)),
    peak_at_zero = data.frame(yi = c(-0.44, -4.04, 0.01, -0.12, 0.02), vi = c(0.0367, 4.4211, 0.0003, 1.6092, 0.0003))
  )
})
invisible(list2env(data, environment()))
bcg_alloc <- as.character(dat.bcg$alloc)

fit <- function(x) list(
  estimate = c(x$beta), se = x$se, lower = x$ci.lb, upper = x$ci.ub, p = x$pval, tau2 = x$tau2
)
limits <- function(x) list(lower = x$pi.lb, upper = x$pi.ub)
omitted <- function(x) list(estimate = x$estimate, se = x$se, p = x$pval)
cases <- list()
add <- function(set, kind, call, pick, ...) {
  x <- eval(parse(text = call))
  cases[[length(cases) + 1]] <<- list(data = set, kind = kind, ..., call = call, values = pick(x))
}

precise <- c(
  FE = "", DL = "", PM = ", control=list(tol=1e-15, maxiter=10000)", REML = ", control=list(threshold=1e-14, maxiter=10000)"
)
for (set in names(data)) {
  counts <- "ai" %in% names(data[[set]])
  for (measure in if (counts) c("OR", "RR", "RD") else "GEN") {
    args <- if (counts) {
      sprintf('measure="%s", ai=ai, n1i=n1i, ci=ci, n2i=n2i, data=%s', measure, set)
    } else sprintf("yi, vi, data=%s", set)
    if (counts) {
      add(set, "effects", sprintf("escalc(%s)", args), function(x) list(effects = c(x$yi), variances = x$vi), measure = measure)
      add(set, "mantel-haenszel", sprintf("rma.mh(%s)", args), fit, measure = measure)
      if (measure != "RD") {
        corrected <- 'add=c(1/2, 1/2), to=c("only0", "only0"), drop00=c(TRUE, TRUE)'
        add(set, "mantel-haenszel, corrected", sprintf("rma.mh(%s, %s)", args, corrected), fit, measure = measure)
      }
      add(set, "mantel-haenszel, leave one out", sprintf("leave1out(rma.mh(%s))", args), omitted, measure = measure)
    }
    for (method in names(precise)) for (test in c("z", "knha")) {
      call <- sprintf('rma(%s, method="%s", test="%s"%s)', args, method, test, precise[[method]])
      add(set, "inverse variance", call, fit, measure = measure, method = method, test = test)
      if (nrow(data[[set]]) > 2) {
        add(set, "leave one out", sprintf("leave1out(%s)", call), omitted, measure = measure, method = method, test = test)
      }
      if (method != "FE") {
        add(set, "prediction", sprintf("predict(%s)", call), limits, measure = measure, method = method, test = test,
            convention = "reference")
        if (test == "z" && nrow(data[[set]]) > 2) {
          add(set, "prediction", sprintf('predict(%s, pi.type="riley")', call), limits, measure = measure, method = method,
              test = test, convention = "t, k-2")
        }
      }
    }
    call <- sprintf('rma(%s, method="FE")', args)
    add(set, "heterogeneity", call, function(x) list(q = x$QE, p = x$QEp, i2 = x$I2 / 100, h2 = x$H2), measure = measure)
    call <- sprintf('confint(rma(%s, method="DL"), control=list(tol=1e-15, maxiter=10000, tau2.max=1000))', args)
    add(set, "q-profile", call, function(x) list(tau2 = x$random["tau^2", -1], i2 = x$random["I^2(%)", -1] / 100), measure = measure)
  }
  if (counts) {
    call <- sprintf("rma.peto(ai=ai, n1i=n1i, ci=ci, n2i=n2i, data=%s)", set)
    add(set, "peto", call, fit)
    add(set, "peto, leave one out", sprintf("leave1out(%s)", call), omitted)
  }
}
add(
  "bcg", "subgroups", 'rma(measure="OR", ai=ai, n1i=n1i, ci=ci, n2i=n2i, mods=~bcg_alloc, data=bcg, method="FE")',
  function(x) list(q = x$QM, df = x$m, p = x$QMp), measure = "OR", groups = bcg_alloc
)

version <- function(package) as.character(packageVersion(package))
out <- list(
  r = R.version.string,
  packages = list(metafor = version("metafor"), metadat = version("metadat"), jsonlite = version("jsonlite")),
  data = data,
  cases = cases
)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
writeLines(toJSON(out, dataframe = "columns", auto_unbox = TRUE, digits = I(17), null = "null", na = "null"), file.path(here, "metafor.json"))
