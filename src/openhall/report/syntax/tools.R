# The procedures of chapter 4 in base R; the plan that follows calls them.
figures <- data.frame(section = character(), test = character(), figure = character(), value = numeric())
put <- function(.section, .test, ...) {
  given <- list(...)
  new <- data.frame(section = .section, test = .test, figure = names(given), value = unlist(given))
  rownames(new) <- NULL
  figures <<- rbind(figures, new)
  line <- sprintf("%-4s %-18s %-26s %.10g\n", new$section, new$test, new$figure, new$value)
  cat(line, sep = "")
}
counts <- function(section, test, x, codes) {
  n <- table(factor(x, codes))
  for (code in codes) {
    share <- prop.test(n[[as.character(code)]], sum(n), correct = FALSE)$conf.int * 100
    count <- n[[as.character(code)]]
    put(section, paste(test, code), n = count, percent = 100 * count / sum(n), low = share[1], high = share[2])
  }
}
shares <- function(section, test, x, codes, known) {
  found <- suppressWarnings(chisq.test(table(factor(x, codes)), p = known / sum(known)))
  put(section, test, chi2 = found$statistic[[1]], df = found$parameter[[1]], p = found$p.value)
}
alpha <- function(section, test, items) {
  items <- items[complete.cases(items), , drop = FALSE]
  k <- ncol(items)
  one <- function(x) { v <- cov(x); ncol(x) / (ncol(x) - 1) * (1 - sum(diag(v)) / sum(v)) }
  a <- one(items)
  r <- cor(items)
  r <- mean(r[lower.tri(r)])
  df <- c(nrow(items) - 1, (nrow(items) - 1) * (k - 1))
  put(section, test, alpha = a, n = nrow(items), standardised = k * r / (1 + (k - 1) * r),
      low = 1 - (1 - a) * qf(.975, df[1], df[2]), high = 1 - (1 - a) * qf(.025, df[1], df[2]))
  for (item in names(items)) {
    rest <- items[names(items) != item]
    put(section, paste(test, item), item_total = cor(items[[item]], rowSums(rest)))
    if (k > 2) put(section, paste(test, item), alpha_if_deleted = one(rest))
  }
}
gamma_of <- function(n) {
  cells <- expand.grid(i = seq_len(nrow(n)), j = seq_len(ncol(n)))
  pairs <- function(sign) sum(apply(cells, 1, function(at) {
    low <- seq_len(nrow(n)) > at[1]
    side <- if (sign > 0) seq_len(ncol(n)) > at[2] else seq_len(ncol(n)) < at[2]
    n[at[1], at[2]] * sum(n[low, side])
  }))
  same <- pairs(1)
  other <- pairs(-1)
  (same - other) / (same + other)
}
crossed <- function(section, test, x, y, x_codes, y_codes, ordered) {
  n <- table(factor(x, x_codes), factor(y, y_codes))
  n <- n[rowSums(n) > 0, colSums(n) > 0, drop = FALSE]
  if (min(dim(n)) < 2) return(invisible())
  found <- suppressWarnings(chisq.test(n, correct = FALSE))
  e <- found$expected
  ratio <- 2 * sum(ifelse(n > 0, n * log(n / e), 0))
  put(section, test, chi2 = found$statistic[[1]], df = found$parameter[[1]], p = found$p.value, n = sum(n),
      likelihood_ratio = ratio, cramers_v = sqrt(found$statistic[[1]] / sum(n) / (min(dim(n)) - 1)),
      below_five = sum(e < 5), minimum_expected = min(e), largest_residual = max(abs(found$stdres)))
  if (min(e) < 1 || mean(e < 5) > .2) {
    set.seed(1)
    put(section, test, p_monte_carlo = chisq.test(n, simulate.p.value = TRUE, B = 10000)$p.value)
  }
  if (ordered) {
    both <- complete.cases(x, y)
    put(section, test, linear_by_linear = (sum(both) - 1) * cor(x[both], y[both])^2,
        tau_b = cor(x[both], y[both], method = "kendall"), gamma = gamma_of(n))
  }
  p_chi2[test] <<- found$p.value
}
score <- function(section, test, x, middle, top) {
  x <- x[!is.na(x)]
  n <- length(x)
  m <- function(power) mean((x - mean(x))^power)
  g1 <- m(3) / m(2)^1.5
  found <- t.test(x, mu = middle)
  put(section, test, n = n, mean = mean(x), sd = sd(x), low = found$conf.int[1], high = found$conf.int[2],
      t = found$statistic[[1]], p = found$p.value, d = (mean(x) - middle) / sd(x),
      top_two = 100 * mean(x >= top), skewness = g1 * sqrt(n * (n - 1)) / (n - 2),
      kurtosis = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (m(4) / m(2)^2 - 3) + 6))
}
games_howell <- function(y, g) {
  n <- tapply(y, g, length); m <- tapply(y, g, mean); v <- tapply(y, g, var) / n
  at <- combn(length(n), 2)
  first <- at[1, ]; second <- at[2, ]
  both <- v[first] + v[second]
  df <- both^2 / (v[first]^2 / (n[first] - 1) + v[second]^2 / (n[second] - 1))
  p <- ptukey(sqrt(2) * abs(m[first] - m[second]) / sqrt(both), length(n), df, lower.tail = FALSE)
  list(pairs = paste(names(n)[first], names(n)[second], sep = "-"), p = p)
}
groups <- function(section, test, y, g, family) {
  use <- complete.cases(y, g)
  y <- y[use]
  g <- factor(g[use])
  if (nlevels(g) < 2) return(invisible())
  for (level in levels(g)) {
    put(section, paste(test, level), n = sum(g == level), mean = mean(y[g == level]), sd = sd(y[g == level]))
  }
  found <- anova(lm(y ~ g))
  ss <- found[["Sum Sq"]]
  df <- found[["Df"]]
  ms <- ss[2] / df[2]
  levene <- function(centre) anova(lm(abs(y - ave(y, g, FUN = centre)) ~ g))
  equal <- levene(mean)
  median_ <- levene(median)
  put(section, test, f = found[["F value"]][1], df1 = df[1], df2 = df[2], p = found[["Pr(>F)"]][1],
      between = ss[1], within = ss[2], eta2 = ss[1] / sum(ss), epsilon2 = (ss[1] - df[1] * ms) / sum(ss),
      omega2 = (ss[1] - df[1] * ms) / (sum(ss) + ms),
      levene_f = equal[["F value"]][1], levene_p = equal[["Pr(>F)"]][1],
      levene_median_f = median_[["F value"]][1], levene_median_p = median_[["Pr(>F)"]][1])
  sizes <- table(g)
  p <- found[["Pr(>F)"]][1]
  if (all(sizes > 1) && all(tapply(y, g, var) > 0)) {
    welch <- oneway.test(y ~ g)
    put(section, test, welch_f = welch$statistic[[1]], welch_df2 = welch$parameter[[2]],
        welch_p = welch$p.value)
    if (equal[["Pr(>F)"]][1] < .05 || max(sizes) > 1.5 * min(sizes)) p <- welch$p.value
    pairs <- games_howell(y, g)
    for (i in seq_along(pairs$p)) put(section, paste(test, pairs$pairs[i]), games_howell_p = pairs$p[[i]])
  }
  rank <- kruskal.test(y, g)
  put(section, test, kruskal = rank$statistic[[1]], kruskal_p = rank$p.value)
  tukey <- TukeyHSD(aov(y ~ g))$g
  for (pair in rownames(tukey)) {
    put(section, paste(test, pair), tukey_difference = tukey[pair, "diff"], tukey_p = tukey[pair, "p adj"])
  }
  p_tests[[family]][test] <<- p
}
holm <- function(section, p) {
  adjusted <- p.adjust(p, "holm")
  for (test in names(p)) put(section, test, p_holm = adjusted[[test]])
}
means_of <- function(...) { m <- rowMeans(cbind(...), na.rm = TRUE); ifelse(is.nan(m), NA, m) }
p_chi2 <- c()
p_tests <- list(overall = c(), dimensions = c())
