# The job in base R, tables first: packed keys and tabulate() over the columns of one byte. Called by study_r.py.
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
categories <- c(q1 = 2, q2 = 5, q3 = 4, q4 = 4, q5 = 9, q6 = 8)
items <- paste0("s", 1:16)
dimensions <- list(SE = items[1:5], SQ = items[6:8], IM = items[9:12], SP = items[13:15])
scores <- c(dimensions, list(s16 = "s16"))
column <- function(key) {
  file <- file.path(folder, "raw", paste0(key, ".u8"))
  readBin(file, "integer", n = file.size(file), size = 1, signed = FALSE)
}
data <- sapply(c(names(categories), items), column, simplify = FALSE)
rows <- length(data[[1]])

json <- function(x) {
  if (is.list(x) || !is.null(names(x))) {
    inner <- vapply(as.list(x), json, "")
    return(paste0("{", paste0('"', names(x), '":', inner, collapse = ","), "}"))
  }
  said <- ifelse(is.finite(x), sprintf("%.17g", x), "NaN")
  if (length(x) == 1 && is.null(attr(x, "many"))) said else paste0("[", paste0(said, collapse = ","), "]")
}
many <- function(x) structure(unname(x), many = TRUE)
pack <- function(keys, base) Reduce(function(key, more) key * base + more, data[keys])

patterns <- lapply(scores, function(keys) tabulate(pack(keys, 6L) + 1L, 6^length(keys)))
codes <- lapply(scores, function(keys) as.matrix(rev(expand.grid(rep(list(0:5), length(keys))))))
sixtieths <- lapply(codes, function(found) {
  answered <- rowSums(found > 0)
  ifelse(answered > 0, 60 * rowSums(found) / pmax(answered, 1), 0)
})
spreads <- list()
for (score in names(scores)) {
  values <- sort(unique(sixtieths[[score]]))
  number <- match(sixtieths[[score]], values)[pack(scores[[score]], 6L) + 1L]
  for (background in names(categories)) {
    size <- length(values)
    counted <- tabulate(data[[background]] * size + number, (categories[[background]] + 1) * size)
    counted <- matrix(counted, ncol = size, byrow = TRUE)[-1, -1, drop = FALSE]
    spreads[[paste(score, background)]] <- list(counts = counted, values = values[-1] / 60)
  }
}

alpha_of <- function(covariance) {
  k <- nrow(covariance)
  k / (k - 1) * (1 - sum(diag(covariance)) / sum(covariance))
}
alpha <- function(key) {
  whole <- rowSums(codes[[key]] == 0) == 0
  found <- codes[[key]][whole, ]
  counts <- as.numeric(patterns[[key]][whole])
  n <- sum(counts)
  centred <- sweep(found, 2, colSums(found * counts) / n)
  covariance <- crossprod(centred * counts, centred) / (n - 1)
  each <- seq_len(ncol(found))
  list(
    alpha = alpha_of(covariance), n = n,
    item_total = many(sapply(each, function(i) {
      sum(covariance[i, -i]) / sqrt(covariance[i, i] * sum(covariance[-i, -i]))
    })),
    if_deleted = many(sapply(each, function(i) alpha_of(covariance[-i, -i, drop = FALSE])))
  )
}
chi2 <- function(background) {
  counts <- spreads[[paste("s16", background)]]$counts
  counts <- counts[rowSums(counts) > 0, colSums(counts) > 0]
  expected <- outer(rowSums(counts), colSums(counts)) / sum(counts)
  value <- sum((counts - expected)^2 / expected)
  df <- prod(dim(counts) - 1)
  list(value = value, df = df, v = sqrt(value / (sum(counts) * (min(dim(counts)) - 1))),
       p = pchisq(value, df, lower.tail = FALSE))
}
f_of <- function(counts, values) {
  sizes <- rowSums(counts)
  centres <- rowSums(counts * values) / sizes
  between <- sum(sizes * (centres - sum(sizes * centres) / sum(sizes))^2)
  within <- sum(counts * (values - centres)^2)
  df <- c(nrow(counts) - 1, sum(sizes) - nrow(counts))
  list(f = (between / df[1]) / (within / df[2]), df = df)
}
anova <- function(found) {
  counts <- found$counts[rowSums(found$counts) > 0, , drop = FALSE]
  values <- matrix(found$values, nrow(counts), ncol(counts), byrow = TRUE)
  first <- f_of(counts, values)
  levene <- f_of(counts, abs(values - rowSums(counts * values) / rowSums(counts)))$f
  p <- function(f) pf(f, first$df[1], first$df[2], lower.tail = FALSE)
  list(f = first$f, df1 = first$df[1], df2 = first$df[2], p = p(first$f), levene = levene, levene_p = p(levene))
}
counts_of <- function(key) {
  size <- if (key %in% names(categories)) categories[[key]] else 5
  many(tabulate(data[[key]], size))
}
cat(json(list(
  n = rows,
  frequencies = sapply(names(data), counts_of, simplify = FALSE),
  alphas = sapply(names(dimensions), alpha, simplify = FALSE),
  chi2 = sapply(names(categories), chi2, simplify = FALSE),
  item_means = sapply(items, function(key) {
    counts <- tabulate(data[[key]], 5)
    sum(counts * 1:5) / sum(counts)
  }, simplify = FALSE),
  means = lapply(spreads, function(found) {
    many(as.vector(found$counts %*% found$values) / rowSums(found$counts))
  }),
  anova = lapply(spreads, anova)
)))
