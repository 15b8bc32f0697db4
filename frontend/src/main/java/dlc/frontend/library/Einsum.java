// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.library;

import dlc.base.Code;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.NoneDatum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.DType;
import dlc.ir.op.Elementwise;
import dlc.ir.op.ReduceFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * PyTorch's einsum on sample dimensions: {@code ij,jk->ik}, {@code ...ij->...ji}, {@code ii}.
 *
 * <p>A letter that an operand repeats is its diagonal, one that only one operand has and the result
 * lacks is summed away, and what is left of two operands is a contraction. More operands are
 * contracted from left to right.
 */
final class Einsum {

  private static final String TERM = "[a-zA-Z]*(?:\\.\\.\\.)?[a-zA-Z]*";
  private static final Pattern EQUATION =
      Pattern.compile("(" + TERM + "(?:," + TERM + ")*)(?:->(" + TERM + "))?");
  private static final String DOTS = "...";

  /** The letters that contractions are given; the batch has one of its own. */
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyABCDEFGHIJKLMNOPQRSTUVWXYZ";

  /** A tensor and the labels of its dimensions. */
  private record Term(TensorDatum x, List<String> labels) {

    int size(String label) {
      return x.dims().get(labels.indexOf(label));
    }
  }

  private final TensorOps ops;
  private final Arguments in;

  private Einsum(Arguments in) {
    this.in = in;
    this.ops = in.ops();
  }

  static Datum apply(Arguments in) {
    return new Einsum(in).run(in.string("equation").replace(" ", ""));
  }

  private TensorDatum run(String equation) {
    Matcher parts = EQUATION.matcher(equation);
    if (!parts.matches()) {
      throw new Complaint(Code.BAD_ARGUMENT, "einsum", "'" + equation + "' is no equation")
          .help("write the dimensions of each operand and of the result, as in \"ij,jk->ik\"");
    }
    List<TensorDatum> operands =
        Stream.of("x", "y", "z", "w")
            .filter(name -> in.datum(name) != NoneDatum.NONE)
            .map(in::tensor)
            .toList();
    List<String> written = List.of(parts.group(1).split(",", -1));
    if (written.size() != operands.size()) {
      throw in.shape(
          "'%s' is for %d operands, found %d", equation, written.size(), operands.size());
    }
    List<Term> terms = new ArrayList<>();
    for (int i = 0; i < operands.size(); i++) {
      terms.add(diagonal(term(written.get(i), operands.get(i))));
    }
    List<String> result =
        Optional.ofNullable(parts.group(2))
            .map(text -> resultLabels(text, terms))
            .orElseGet(() -> implied(written, terms));
    return contract(dropOnes(terms), result);
  }

  /** The labels of one operand; those of "..." are numbered from the last dimension. */
  private Term term(String text, TensorDatum x) {
    int letters = text.replace(DOTS, "").length();
    int open = x.rank() - letters;
    if (open < 0 || (open > 0 && !text.contains(DOTS))) {
      throw in.shape("'%s' does not fit %s", text, x.type());
    }
    return new Term(x, labels(text, open));
  }

  private static List<String> labels(String text, int open) {
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) != '.') {
        labels.add(text.substring(i, i + 1));
        continue;
      }
      for (int dim = open; dim > 0; dim--) {
        labels.add(DOTS + dim);
      }
      i += DOTS.length() - 1;
    }
    return labels;
  }

  /** A repeated label becomes one: all elements off the diagonal are zero, then summed over. */
  private Term diagonal(Term term) {
    for (int second = 0; second < term.labels().size(); second++) {
      int first = term.labels().indexOf(term.labels().get(second));
      if (first == second) {
        continue;
      }
      TensorDatum x = term.x();
      int n = x.dims().get(first);
      if (n != x.dims().get(second)) {
        throw in.shape(
            "'%s' names two sizes, %d and %d, of %s",
            term.labels().get(second), n, x.dims().get(second), x.type());
      }
      TensorDatum isEqual =
          ops.elementwise(
              "==", Elementwise.EQUAL, ops.iota(x.dims(), first), ops.iota(x.dims(), second));
      TensorDatum kept =
          ops.elementwise("where", Elementwise.SELECT, isEqual, x, ops.scalar(DType.I32, 0));
      List<String> labels = new ArrayList<>(term.labels());
      labels.remove(second);
      return diagonal(new Term(ops.reduce(ReduceFn.SUM, kept, List.of(second), false), labels));
    }
    return term;
  }

  private List<String> resultLabels(String text, List<Term> terms) {
    List<String> labels = labels(text, openDims(terms));
    for (String label : labels) {
      if (terms.stream().noneMatch(term -> term.labels().contains(label))) {
        throw in.shape("the result has '%s', which no operand has", label);
      }
      if (labels.indexOf(label) != labels.lastIndexOf(label)) {
        throw in.shape("the result has '%s' twice", label);
      }
    }
    return labels;
  }

  private static int openDims(List<Term> terms) {
    return terms.stream()
        .mapToInt(
            term -> (int) term.labels().stream().filter(each -> each.startsWith(DOTS)).count())
        .max()
        .orElse(0);
  }

  /** Without an arrow: what "..." stands for, then the letters that occur once, in their order. */
  private static List<String> implied(List<String> written, List<Term> terms) {
    List<String> result = new ArrayList<>(labels(DOTS, openDims(terms)));
    String all = String.join("", written).replace(DOTS, "");
    all.chars()
        .filter(letter -> all.indexOf(letter) == all.lastIndexOf(letter))
        .sorted()
        .forEach(letter -> result.add(Character.toString(letter)));
    return result;
  }

  /** A dimension of 1 broadcasts: it is dropped where another operand has more. */
  private List<Term> dropOnes(List<Term> terms) {
    List<Term> dropped = new ArrayList<>();
    for (Term term : terms) {
      List<String> kept = new ArrayList<>();
      List<Integer> dims = new ArrayList<>();
      for (String label : term.labels()) {
        int size = term.size(label);
        int widest = widest(terms, label);
        if (size != widest && size != 1) {
          throw in.shape("'%s' names two sizes, %d and %d", label, size, widest);
        }
        if (size == widest) {
          kept.add(label);
          dims.add(size);
        }
      }
      dropped.add(new Term(ops.reshape(term.x(), dims), kept));
    }
    return dropped;
  }

  private static int widest(List<Term> terms, String label) {
    return terms.stream()
        .filter(term -> term.labels().contains(label))
        .mapToInt(term -> term.size(label))
        .max()
        .orElse(1);
  }

  private TensorDatum contract(List<Term> terms, List<String> result) {
    Term left = terms.getFirst();
    for (int i = 1; i < terms.size(); i++) {
      List<Term> later = terms.subList(i + 1, terms.size());
      left = product(left, terms.get(i), needed(later, result));
    }
    left = summed(left, result);
    List<String> labels = left.labels();
    return ops.permute(left.x(), result.stream().map(labels::indexOf).toList());
  }

  /** The labels that must outlive a product. */
  private static List<String> needed(List<Term> later, List<String> result) {
    return Stream.concat(result.stream(), later.stream().flatMap(term -> term.labels().stream()))
        .distinct()
        .toList();
  }

  private Term summed(Term term, List<String> needed) {
    List<String> kept = term.labels().stream().filter(needed::contains).toList();
    List<Integer> dims =
        TensorOps.range(0, term.x().rank()).stream()
            .filter(dim -> !needed.contains(term.labels().get(dim)))
            .toList();
    return new Term(ops.reduce(ReduceFn.SUM, term.x(), dims, false), kept);
  }

  private Term product(Term x, Term y, List<String> needed) {
    Term a = summed(x, Stream.concat(needed.stream(), y.labels().stream()).toList());
    Term b = summed(y, Stream.concat(needed.stream(), x.labels().stream()).toList());
    List<String> all = Stream.concat(a.labels().stream(), b.labels().stream()).distinct().toList();
    List<String> result = needed.stream().filter(all::contains).toList();
    if (all.size() > LETTERS.length()) {
      throw in.shape("takes at most %d different dimensions", LETTERS.length());
    }
    TensorDatum dot =
        ProductFunctions.dot(
            ops,
            letters(a.labels(), all),
            letters(b.labels(), all),
            letters(result, all),
            a.x(),
            b.x());
    return new Term(dot, result);
  }

  private static String letters(List<String> labels, List<String> all) {
    StringBuilder letters = new StringBuilder();
    labels.forEach(label -> letters.append(LETTERS.charAt(all.indexOf(label))));
    return letters.toString();
  }
}
