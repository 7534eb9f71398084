# Writes differences.json: what R says by either of two conventions, on the examples of rederive.calibration.examples.
#
#   Rscript tests/oracle/differences.R
#
# Every value evaluates the text stored as its `call`, so the text cannot drift from what was run. The data are R's own
# where R has them.

suppressPackageStartupMessages({
  library(metafor)
  library(survival)
  library(coin)
  library(jsonlite)
})

remissions <- transform(MASS::gehan, placebo = as.numeric(treat == "control"))
treated <- subset(remissions, placebo == 0)
weeks <- subset(remissions, placebo == 1)$time
lidocaine <- escalc(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.hine1989)
bcg <- escalc(measure = "OR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
before <- c(1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30) # R's example of wilcox.test
after <- c(0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29)
with_zeros <- c(0, 0, 1, -2, 3, 4, 5, -6, 7, 8)
none <- numeric(10)
etass <- matrix(c(47, 63, 181 - 47, 180 - 63), 2)
made <- function(n, mean, sd) as.numeric(scale(seq_len(n))) * sd + mean
one <- made(8, 10, 2)
two <- made(30, 12, 5)
precise <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)

cox <- 'exp(coef(coxph(Surv(time, cens) ~ placebo, data = remissions, ties = "%s", control = precise)))'
lido <- 'rma(yi, vi, data = lidocaine, method = "DL", test = "%s")$pval'
tau2 <- 'rma(yi, vi, data = bcg, method = "%s"%s)$tau2'
reml <- ', control = list(threshold = 1e-14, maxiter = 10000)'
signed <- "wilcox.test(before, after, paired = TRUE, exact = %s, correct = %s)$p.value"
zeros <- 'pvalue(wilcoxsign_test(with_zeros ~ none, distribution = "exact", zero.method = "%s"))'
band <- 'quantile(survfit(Surv(time, cens) ~ 1, data = treated, conf.type = "%s"), 0.5)$lower'
calls <- list(
  "ties-breslow" = sprintf(cox, c("efron", "breslow")),
  "ties-exact" = sprintf(cox, c("efron", "exact")),
  "hartung-knapp" = sprintf(lido, c("z", "knha")),
  "hartung-knapp-truncated" = sprintf(lido, c("knha", "adhoc")),
  "tau2-paule-mandel" = sprintf(tau2, c("DL", "PM"), c("", ", control = list(tol = 1e-15, maxiter = 10000)")),
  "tau2-reml" = sprintf(tau2, c("DL", "REML"), c("", reml)),
  "prediction" = sprintf('exp(predict(rma(yi, vi, data = bcg, method = "REML"%s)%s)$pi.ub)', reml, c(', pi.type = "riley"', "")),
  "signed-rank-normal" = sprintf(signed, c("TRUE", "FALSE"), "FALSE"),
  "signed-rank-corrected" = sprintf(signed, "FALSE", c("FALSE", "TRUE")),
  "signed-rank-zeros" = sprintf(zeros, c("Wilcoxon", "Pratt")),
  "quantile" = sprintf("quantile(weeks, 0.25, type = %s)", 7:6),
  # the first time at which the curve is at one half or below, and what R calls the median
  "median-at-one-half" = c(
    "with(survfit(Surv(1:6, rep(1, 6)) ~ 1), min(time[surv <= 0.5 + 1e-12]))", "quantile(survfit(Surv(1:6, rep(1, 6)) ~ 1), 0.5)$quantile"
  ),
  "band" = sprintf(band, c("log-log", "log")),
  "odds-ratio" = c(
    "exp(summary(escalc(measure = \"OR\", ai = 47, n1i = 181, ci = 63, n2i = 180))$ci.ub)", "fisher.test(etass)$conf.int[2]"
  ),
  "fisher" = c(
    "fisher.test(etass)$p.value",
    "2 * min(fisher.test(etass, alternative = \"less\")$p.value, fisher.test(etass, alternative = \"greater\")$p.value)"
  ),
  "continuity" = sprintf("chisq.test(etass, correct = %s)$p.value", c("FALSE", "TRUE")),
  "t-test" = sprintf("t.test(one, two, var.equal = %s)$p.value", c("TRUE", "FALSE")),
  "share" = c("binom.test(7, 49)$conf.int[2]", "prop.test(7, 49, correct = FALSE)$conf.int[2]")
)
value <- function(call) as.numeric(eval(parse(text = call)))
cases <- unlist(lapply(names(calls), function(name) Map(
  function(answer, call) list(difference = name, answer = answer, call = call, value = value(call)),
  c("our value", "other value"), calls[[name]], USE.NAMES = FALSE
)), recursive = FALSE)

version <- function(package) as.character(packageVersion(package))
packages <- c("stats", "metafor", "survival", "coin", "MASS", "jsonlite")
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
writeLines(
  toJSON(list(r = R.version.string, packages = sapply(packages, version, simplify = FALSE), cases = cases), auto_unbox = TRUE, digits = I(17)),
  file.path(here, "differences.json")
)
