# Writes regression.json: what R's lm, summary.lm, confint and step say about made-up regressions, at full precision.
#
#   Rscript tests/oracle/regression.R
#
# Every case evaluates the text stored as its `call`. step() by AIC with k = 0 compares n log(RSS / n) and nothing else,
# so it adds the predictor with the smallest residual sum of squares; `steps` stops it. Data are rounded to 6 decimals
# before anything is computed, so that the stored data are exactly what was fitted.

library(jsonlite)

made_up <- function(seed, n, candidates, outcome_mean, predictor_mean, slope, scale = 1) {
  set.seed(seed)
  x <- matrix(rnorm(n * candidates, predictor_mean), n, candidates, dimnames = list(NULL, paste0("x", seq_len(candidates))))
  x <- x %*% diag(rep_len(c(1, scale), candidates))
  colnames(x) <- paste0("x", seq_len(candidates))
  y <- rnorm(n, outcome_mean) + slope * x[, 1]
  round(data.frame(y = y, x), 6)
}

data <- list(
  small = made_up(1, 12, 5, 0, 0, 1),                   # few degrees of freedom, an effect
  noise = made_up(2, 36, 12, 0, 0, 0),                  # nothing to find
  away_from_zero = made_up(3, 36, 12, 2, 3, 0),         # nothing to find, but means of 2 and 3 standard deviations
  scales = made_up(4, 48, 10, 5, 1, 0.5, scale = 1000), # predictors on scales a thousandfold apart
  exact = made_up(5, 20, 6, 0, 0, 50)                   # R² close to 1
)
keep <- c(small = 2, noise = 8, away_from_zero = 8, scales = 5, exact = 3)

fit <- function(model) {
  s <- summary(model)
  rows <- rownames(s$coefficients) != "(Intercept)"
  f <- unname(s$fstatistic)
  list(
    r2 = s$r.squared, adjusted_r2 = s$adj.r.squared, f = f[1], residual_df = s$df[2],
    f_p = pf(f[1], f[2], f[3], lower.tail = FALSE),
    coefficients = s$coefficients[rows, 1], se = s$coefficients[rows, 2], p = s$coefficients[rows, 4],
    lower = confint(model)[rows, 1], upper = confint(model)[rows, 2]
  )
}

cases <- list()
for (set in names(data)) for (intercept in c(TRUE, FALSE)) {
  predictors <- names(data[[set]])[-1]
  first <- paste(predictors[seq_len(keep[[set]])], collapse = " + ")
  call <- sprintf("lm(y ~ %d + %s, data = data$%s)", intercept, first, set)
  cases[[length(cases) + 1]] <- list(
    kind = "fit", data = set, intercept = intercept, keep = keep[[set]], call = call, values = fit(eval(parse(text = call)))
  )
  call <- sprintf(
    'step(lm(y ~ %d, data = data$%s), scope = ~ . + %s, direction = "forward", k = 0, steps = %d, trace = 0)',
    intercept, set, paste(predictors, collapse = " + "), keep[[set]]
  )
  model <- eval(parse(text = call))
  selected <- match(setdiff(attr(terms(model), "term.labels"), "1"), predictors)
  cases[[length(cases) + 1]] <- list(
    kind = "selection", data = set, intercept = intercept, keep = keep[[set]], call = call,
    values = c(list(selected = selected), fit(model))
  )
}

out <- list(
  r = R.version.string,
  packages = list(stats = as.character(packageVersion("stats")), jsonlite = as.character(packageVersion("jsonlite"))),
  data = data,
  cases = cases
)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
writeLines(toJSON(out, dataframe = "columns", auto_unbox = TRUE, digits = I(17)), file.path(here, "regression.json"))
