# Writes paired.json: what R says about paired tests, at full precision.
#
#   Rscript tests/oracle/paired.R
#
# Every case evaluates the text stored as its `call`, so the text cannot drift from what was run.

suppressPackageStartupMessages({
  library(coin)
  library(exactRankTests)  # announces that it is no longer developed
  library(jsonlite)
})

set.seed(48)
differences <- list(
  untied_5 = c(1.5, -0.25, 3, 4.75, -2),
  untied_12 = c(-1:-4, 5:12) * 1.25,
  untied_30 = round(rnorm(30, 0.4), 6),
  untied_48 = round(rnorm(48, 0.2), 6),
  untied_48_far = round(rnorm(48, 1.2), 6),
  untied_60 = round(rnorm(60, 0.3), 6),
  all_up = c(2, 5, 7, 11, 13, 17, 19, 23),
  tied_8 = c(1, 1, -1, 2, 2, -2, 3, 4),
  tied_14_half = c(1, 1, 2, 2, 3, -3, 4, -4, 5, 5, -6, 6, 7, -8),  # W+ is not a whole number
  tied_48 = sample(c(-30:-1, 1:60), 48, replace = TRUE),
  tied_48_far = sample(c(-5:-1, 1:40), 48, replace = TRUE),
  tied_60 = sample(c(-9:-1, 1:12), 60, replace = TRUE),
  all_sizes_equal = c(3, 3, 3, -3, 3, 3, 3, 3, -3, 3),
  in_balance = c(1, -1, 2, -2, 3, -3, 4, -4),
  zeros_10 = c(0, 0, 1, -2, 3, 4, 5, -6, 7, 8),
  zeros_tied_12 = c(0, 0, 0, 1, 1, -1, 2, -3, 3, 3, 4, 4),
  zeros_tied_48 = sample(-12:18, 48, replace = TRUE),
  zeros_mostly = c(0, 0, 0, 0, 0, 1, 2, -3),
  one_patient = 4
)

# coin takes its normal p value from 1 - P(inside), which has no digits left far out: its z does
p <- function(x) if (is.numeric(x)) x else if (isS4(x)) as.numeric(pvalue(x)) else x$p.value
signed_rank <- list()
for (name in names(differences)) {
  d <- differences[[name]]
  none <- numeric(length(d))
  calls <- list(
    exact_wilcox = "wilcox.exact(d, exact = TRUE)",
    exact_pratt = 'wilcoxsign_test(d ~ none, distribution = "exact", zero.method = "Pratt")',
    normal_wilcox = "wilcox.test(d, exact = FALSE, correct = FALSE)",
    normal_wilcox_corrected = "wilcox.test(d, exact = FALSE, correct = TRUE)",
    normal_pratt = '2 * pnorm(-abs(as.numeric(statistic(wilcoxsign_test(d ~ none, distribution = "asymptotic", zero.method = "Pratt")))))',
    exact_wilcox_coin = 'wilcoxsign_test(d ~ none, distribution = "exact", zero.method = "Wilcoxon")'
  )
  if (!any(duplicated(abs(d))) && all(d != 0)) calls$exact_untied <- "wilcox.test(d, exact = TRUE)"
  for (kind in names(calls)) {
    value <- p(eval(parse(text = calls[[kind]])))
    signed_rank[[length(signed_rank) + 1]] <- list(differences = name, kind = kind, call = calls[[kind]], p = value)
  }
}

# two columns with exactly these means, SDs and correlation
pairs_with <- function(n, m1, s1, m2, s2, r) {
  z <- cbind(seq_len(n), sin(seq_len(n)^2))
  z <- qr.Q(qr(cbind(1, z)))[, -1] * sqrt(n - 1)
  list(before = m1 + s1 * z[, 1], after = m2 + s2 * (r * z[, 1] + sqrt(1 - r^2) * z[, 2]))
}
t_cases <- list()
for (set in list(
  c(48, 159.8, 106.2, 224.1, 164.8), c(3, 10, 2, 11, 3), c(12, 5, 1, 4.5, 1), c(200, 0.1, 2, -0.05, 0.5), c(20, 7, 3, 7.01, 3)
)) for (r in c(-1, -0.5, 0, 0.3, 0.64, 0.95, 1)) {
  if (r == 1 && set[3] == set[5]) next  # no spread in the differences
  x <- pairs_with(set[1], set[2], set[3], set[4], set[5], r)
  t_cases[[length(t_cases) + 1]] <- list(
    n = set[1], before_mean = set[2], before_sd = set[3], after_mean = set[4], after_sd = set[5], correlation = r,
    call = "t.test(after, before, paired = TRUE)", p = with(x, t.test(after, before, paired = TRUE))$p.value
  )
}

version <- function(package) as.character(packageVersion(package))
out <- list(
  r = R.version.string,
  packages = lapply(c(stats = "stats", coin = "coin", exactRankTests = "exactRankTests", jsonlite = "jsonlite"), version),
  differences = differences,
  signed_rank = signed_rank,
  t = t_cases
)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
writeLines(toJSON(out, auto_unbox = TRUE, digits = I(17), null = "null", na = "null"), file.path(here, "paired.json"))
