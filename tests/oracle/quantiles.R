# Reference values for the nine definitions of a quantile, from R's own stats package.
# Run from this folder: Rscript quantiles.R
library(jsonlite)

# In binary every p here is exact, so R's comparisons of n p with whole numbers are exact too.
probabilities <- c(0, 1 / 16, 1 / 8, 1 / 4, 3 / 8, 1 / 2, 3 / 4, 7 / 8, 15 / 16, 1)
cases <- list()
for (n in c(1:13, 23, 24, 47, 48, 49, 50, 101)) for (p in probabilities) {
  x <- seq_len(n)^2  # every gap between neighbours is different
  values <- sapply(1:9, function(type) quantile(x, p, type = type, names = FALSE))
  cases[[length(cases) + 1]] <- list(n = n, p = p, values = values)
}
write_json(
  list(
    r = R.version.string,
    packages = list(stats = as.character(packageVersion("stats")), jsonlite = as.character(packageVersion("jsonlite"))),
    call = "sapply(1:9, function(type) quantile(seq_len(n)^2, p, type = type, names = FALSE))",
    cases = cases
  ),
  "quantiles.json", auto_unbox = TRUE, digits = I(17)
)
