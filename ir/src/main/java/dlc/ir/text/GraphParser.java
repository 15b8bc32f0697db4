// SPDX-License-Identifier: Apache-2.0
package dlc.ir.text;

import dlc.base.Code;
import dlc.base.CompilationFailed;
import dlc.base.Diagnostic;
import dlc.base.NearestName;
import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.TypeError;
import dlc.ir.Value;
import dlc.ir.op.Attributes;
import dlc.ir.op.Leaf;
import dlc.ir.op.Op;
import dlc.ir.text.Lexer.Kind;
import dlc.ir.text.Lexer.Token;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads what {@link GraphPrinter} writes; the first error ends it.
 *
 * <p>The role of a parameter may be left out and is {@code input} then. A comment runs from {@code
 * //} to the end of its line. The span of each value is its statement.
 */
public final class GraphParser {

  /** Larger constants are inputs; this keeps a short text from asking for much memory. */
  private static final long MOST_ELEMENTS = 1 << 24;

  private final List<Token> tokens;
  private int next;
  private GraphBuilder builder = new GraphBuilder("");
  private final Map<String, Value> values = new HashMap<>();

  private GraphParser(List<Token> tokens) {
    this.tokens = tokens;
  }

  /**
   * All functions of {@code source}, at least one.
   *
   * @throws CompilationFailed with the place of what cannot be read
   */
  public static List<Graph> parse(SourceFile source) {
    GraphParser parser = new GraphParser(Lexer.tokens(source));
    List<Graph> graphs = new ArrayList<>();
    do {
      graphs.add(parser.function());
    } while (parser.peek().kind() != Kind.END);
    return graphs;
  }

  /** The function that is all of {@code text}. */
  public static Graph parseOne(String text) {
    List<Graph> graphs = parse(new SourceFile("<text>", text));
    if (graphs.size() != 1) {
      throw new IllegalArgumentException(graphs.size() + " functions where one is expected");
    }
    return graphs.getFirst();
  }

  private Graph function() {
    expect("func");
    builder = new GraphBuilder(name(take(Kind.FUNCTION)));
    values.clear();
    expect("(");
    if (!accept(")")) {
      do {
        parameter();
      } while (accept(","));
      expect(")");
    }
    expect("{");
    while (peek().kind() == Kind.VALUE) {
      statement();
    }
    expect("return");
    if (!accept("}")) {
      Set<String> names = new HashSet<>();
      do {
        result(names);
      } while (accept(","));
      expect("}");
    }
    return builder.build();
  }

  private void parameter() {
    Token token = take(Kind.VALUE);
    expect(":");
    TensorType type = type();
    Role role = Role.INPUT;
    if (peek().kind() == Kind.WORD) {
      Token word = take(Kind.WORD);
      role =
          Arrays.stream(Role.values())
              .filter(each -> each.toString().equals(word.text()))
              .findFirst()
              .orElseThrow(() -> expected("a role", word));
    }
    define(token, builder.parameter(name(token), type, role, token.span()));
  }

  private void result(Set<String> names) {
    Token token = peek();
    String name =
        token.kind() == Kind.STRING
            ? Quoting.unquote(take(Kind.STRING).text())
            : take(Kind.WORD).text();
    if (!names.add(name)) {
      throw fail(Code.DUPLICATE_NAME.at(token.span(), name));
    }
    expect("=");
    builder.result(name, operand());
  }

  private void statement() {
    Token name = take(Kind.VALUE);
    expect("=");
    Token mnemonic = take(Kind.WORD);
    Value value = mnemonic.text().equals("constant") ? constant(name) : computed(name, mnemonic);
    define(name, value);
  }

  private Value computed(Token name, Token mnemonic) {
    List<Value> operands = new ArrayList<>();
    if (peek().kind() == Kind.VALUE) {
      do {
        operands.add(operand());
      } while (accept(","));
    }
    Map<String, String> attributes = new LinkedHashMap<>();
    while (peek().kind() == Kind.WORD) {
      Token key = take(Kind.WORD);
      expect("=");
      if (attributes.put(key.text(), attribute()) != null) {
        throw fail(Code.DUPLICATE_NAME.at(key.span(), key.text()));
      }
    }
    Span end = expect(":").span();
    Token typeStart = peek();
    TensorType declared = type();
    Span span = name.span().to(end);
    Value value = emit(mnemonic, attributes, operands, span);
    if (!value.type().equals(declared)) {
      throw fail(
          Code.RESULT_TYPE.at(
              typeStart.span().to(previous()), mnemonic.text(), value.type(), declared));
    }
    return value;
  }

  private Value emit(
      Token mnemonic, Map<String, String> attributes, List<Value> operands, Span span) {
    try {
      Optional<Op> op = Attributes.parse(mnemonic.text(), attributes);
      if (op.isEmpty()) {
        Optional<String> nearest = NearestName.of(mnemonic.text(), Attributes.mnemonics());
        throw fail(
            Code.IR_TEXT
                .at(mnemonic.span(), "no op is called '%s'".formatted(mnemonic.text()))
                .withNearest(nearest));
      }
      return builder.emit(op.get(), span, operands);
    } catch (TypeError | IllegalArgumentException wrong) {
      String message = String.valueOf(wrong.getMessage());
      String subject = message.startsWith(mnemonic.text()) ? "" : mnemonic.text() + ": ";
      throw fail(Code.IR_TEXT.at(span, subject + message));
    }
  }

  /** The text of an attribute's value, which the op takes apart. */
  private String attribute() {
    Token token = advance();
    if (!token.is("[")) {
      return switch (token.kind()) {
        case WORD, STRING, NUMBER -> token.text();
        case VALUE, FUNCTION, SYMBOL, END -> throw expected("the value of an attribute", token);
      };
    }
    return numbers().stream().map(Token::text).collect(Collectors.joining(", ", "[", "]"));
  }

  /** The rest of a list after its bracket. */
  private List<Token> numbers() {
    List<Token> numbers = new ArrayList<>();
    if (accept("]")) {
      return numbers;
    }
    do {
      numbers.add(advance());
    } while (accept(","));
    expect("]");
    return numbers;
  }

  private Value constant(Token name) {
    List<Token> elements = accept("[") ? numbers() : List.of(advance());
    Span end = expect(":").span();
    Token typeStart = peek();
    TensorType type = type();
    Span span = typeStart.span().to(previous());
    if (type.elements() > MOST_ELEMENTS) {
      throw fail(
          Code.IR_TEXT.at(span, "a constant has at most %d elements".formatted(MOST_ELEMENTS)));
    }
    if (elements.size() != 1 && elements.size() != type.elements()) {
      throw fail(
          Code.IR_TEXT.at(span, "%d elements stand for %s".formatted(elements.size(), type)));
    }
    double[] numbers = new double[(int) type.elements()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i < elements.size() ? element(elements.get(i), type.dtype()) : numbers[0];
    }
    return builder.emit(Leaf.Constant.of(type, numbers), name.span().to(end));
  }

  private double element(Token token, DType type) {
    if (token.kind() == Kind.NUMBER && !token.text().equals("-inf")) {
      return type.computed() == DType.F32
          ? Float.parseFloat(token.text())
          : Double.parseDouble(token.text());
    }
    return switch (token.text()) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      case "nan" -> Double.NaN;
      case "true" -> 1;
      case "false" -> 0;
      default -> throw expected(Kind.NUMBER.toString(), token);
    };
  }

  private TensorType type() {
    Token word = take(Kind.WORD);
    DType dtype =
        DType.named(word.text())
            .orElseThrow(() -> fail(Code.UNKNOWN_TYPE.at(word.span(), word.text())));
    expect("[");
    List<Integer> dims = new ArrayList<>();
    for (Token token : numbers()) {
      dims.add(integer(token));
    }
    try {
      return TensorType.of(dtype, dims);
    } catch (TypeError wrong) {
      throw fail(Code.IR_TEXT.at(word.span().to(previous()), wrong.getMessage()));
    }
  }

  private static int integer(Token token) {
    try {
      return Integer.parseInt(token.text());
    } catch (NumberFormatException _) {
      throw token.kind() == Kind.NUMBER
          ? fail(Code.NUMBER_RANGE.at(token.span(), token.text()))
          : expected("an integer", token);
    }
  }

  private Value operand() {
    Token token = take(Kind.VALUE);
    Value value = values.get(key(token));
    if (value == null) {
      Optional<String> nearest = NearestName.of(key(token), values.keySet());
      throw fail(Code.UNDEFINED_NAME.at(token.span(), "%" + key(token)).withNearest(nearest));
    }
    return value;
  }

  private void define(Token token, Value value) {
    if (values.putIfAbsent(key(token), value) != null) {
      throw fail(Code.DUPLICATE_NAME.at(token.span(), "%" + key(token)));
    }
  }

  /** The name as it is printed, so that a parameter called {@code 0} is not value 0. */
  private static String key(Token token) {
    String text = token.text().substring(1);
    return text.startsWith("\"") ? Quoting.quote(name(token)) : text;
  }

  /** The name in a token that starts with a sign. */
  private static String name(Token token) {
    String text = token.text().substring(1);
    return text.startsWith("\"") ? Quoting.unquote(text) : text;
  }

  // Tokens

  private Token peek() {
    return tokens.get(next);
  }

  private Token advance() {
    Token token = tokens.get(next);
    next = Math.min(next + 1, tokens.size() - 1);
    return token;
  }

  private Span previous() {
    return tokens.get(next - 1).span();
  }

  private boolean accept(String symbol) {
    boolean found = peek().is(symbol);
    if (found) {
      advance();
    }
    return found;
  }

  private Token expect(String symbol) {
    if (!peek().is(symbol)) {
      throw expected("'" + symbol + "'", peek());
    }
    return advance();
  }

  private Token take(Kind kind) {
    if (peek().kind() != kind) {
      throw expected(kind.toString(), peek());
    }
    return advance();
  }

  private static CompilationFailed expected(String what, Token found) {
    return fail(Code.SYNTAX.at(found.span(), what, found.shown()));
  }

  private static CompilationFailed fail(Diagnostic diagnostic) {
    return new CompilationFailed(List.of(diagnostic));
  }
}
