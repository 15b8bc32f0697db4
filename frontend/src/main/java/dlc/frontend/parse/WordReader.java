// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

import dlc.frontend.parse.Word.Comment;
import dlc.grammar.DlLexer;
import dlc.grammar.DlParser;
import dlc.grammar.DlParserBaseVisitor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.RuleNode;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jspecify.annotations.Nullable;

/** Makes words of tokens, and finds out from the tree what each is to the layout. */
final class WordReader extends DlParserBaseVisitor<Boolean> {

  private final List<Word> words = new ArrayList<>();

  /** The place in {@link #words} of the token at an index of the stream. */
  private final Map<Integer, Integer> places = new HashMap<>();

  private WordReader() {}

  /** The words of a file, the last of which is its end. */
  static List<Word> read(List<Token> tokens, DlParser.FileContext tree) {
    WordReader reader = new WordReader();
    reader.collect(tokens);
    reader.visit(tree);
    return reader.words;
  }

  private void collect(List<Token> tokens) {
    List<Token> comments = new ArrayList<>();
    StringBuilder between = new StringBuilder();
    List<String> spaces = new ArrayList<>();
    for (Token token : tokens) {
      if (token.getType() == DlLexer.SPACE) {
        between.append(token.getText());
      } else if (token.getChannel() != Token.DEFAULT_CHANNEL) {
        comments.add(token);
        spaces.add(between.toString());
        between.setLength(0);
      } else {
        spaces.add(between.toString());
        between.setLength(0);
        add(token, comments, spaces);
        comments.clear();
        spaces.clear();
      }
    }
  }

  /** Space {@code i} stands before comment {@code i}, the last one before the word. */
  private void add(Token token, List<Token> tokens, List<String> spaces) {
    List<Comment> comments = new ArrayList<>();
    boolean startsLine = lineEnds(spaces.getLast()) > 0;
    for (int i = 0; i < tokens.size(); i++) {
      int before = lineEnds(spaces.get(i));
      // At its beginning and its end a file has line ends, as it were.
      boolean starts = before > 0 || (words.isEmpty() && i == 0) || follows(comments);
      boolean isBlock = tokens.get(i).getType() == DlLexer.BLOCK;
      boolean ends = !isBlock || lineEnds(spaces.get(i + 1)) > 0 || token.getType() == Token.EOF;
      String text = tokens.get(i).getText().replace("\r", "").stripTrailing();
      comments.add(new Comment(text, starts, ends, before > 1));
      startsLine |= starts || ends || text.contains("\n");
    }
    places.put(token.getTokenIndex(), words.size());
    words.add(new Word(token, comments, startsLine, lineEnds(spaces.getLast()) > 1));
  }

  private static boolean follows(List<Comment> comments) {
    return !comments.isEmpty() && comments.getLast().endsLine();
  }

  private static int lineEnds(String space) {
    return (int) space.chars().filter(c -> c == '\n').count();
  }

  private int place(Token token) {
    return places.getOrDefault(token.getTokenIndex(), -1);
  }

  private void mark(@Nullable Token token, Trait trait) {
    if (token != null && place(token) >= 0) {
      words.get(place(token)).add(trait);
    }
  }

  private void mark(@Nullable TerminalNode leaf, Trait trait) {
    if (leaf != null) {
      mark(leaf.getSymbol(), trait);
    }
  }

  private void block(ParserRuleContext owner, Token open, Token close) {
    mark(open, Trait.BLOCK);
    mark(close, Trait.BLOCK_END);
    words.get(place(open)).setOwner(place(owner.getStart()));
  }

  /** Nobody looks at results. */
  @Override
  protected Boolean defaultResult() {
    return true;
  }

  @Override
  public Boolean visitChildren(RuleNode node) {
    if (node instanceof DlParser.DeclarationContext declaration) {
      mark(declaration.getStart(), Trait.DECLARATION);
    } else if (node instanceof DlParser.StatementContext statement) {
      boolean isLayer = statement instanceof DlParser.ApplyContext;
      mark(statement.getStart(), isLayer ? Trait.LAYER : Trait.STATEMENT);
    }
    return super.visitChildren(node);
  }

  @Override
  public Boolean visitRoutine(DlParser.RoutineContext tree) {
    mark(tree.getStart(), Trait.ROUTINE);
    return visitChildren(tree);
  }

  @Override
  public Boolean visitModel(DlParser.ModelContext tree) {
    mark(tree.getStart(), Trait.ROUTINE);
    return visitChildren(tree);
  }

  @Override
  public Boolean visitTrain(DlParser.TrainContext tree) {
    mark(tree.getStart(), Trait.ROUTINE);
    block(tree, tree.BRACE().getSymbol(), tree.CLOSE_BRACE().getSymbol());
    return visitChildren(tree);
  }

  @Override
  public Boolean visitBlock(DlParser.BlockContext tree) {
    ParserRuleContext owner = tree.getParent();
    while (owner instanceof DlParser.BranchContext) {
      owner = owner.getParent();
    }
    block(owner, tree.getStart(), tree.getStop());
    return visitChildren(tree);
  }

  @Override
  public Boolean visitChoice(DlParser.ChoiceContext tree) {
    ParserRuleContext owner = tree;
    while (owner.getParent() instanceof DlParser.ChoiceContext around) {
      owner = around;
    }
    for (TerminalNode brace : tree.BRACE()) {
      mark(brace, Trait.CHOICE);
      words.get(place(brace.getSymbol())).setOwner(place(owner.getStart()));
    }
    tree.CLOSE_BRACE().forEach(brace -> mark(brace, Trait.CHOICE_END));
    int end = place(tree.BRACE(0).getSymbol());
    for (int i = place(tree.getStart()); i < end; i++) {
      words.get(i).add(Trait.CONDITION);
    }
    return visitChildren(tree);
  }

  @Override
  public Boolean visitScanClause(DlParser.ScanClauseContext tree) {
    boolean isOption = tree.name().getText().equals("reverse");
    mark(isOption ? tree.ASSIGN() : null, Trait.ARGUMENT_SIGN);
    return visitChildren(tree);
  }

  @Override
  public Boolean visitParameters(DlParser.ParametersContext tree) {
    mark(tree.getStart(), Trait.PARAMETERS);
    return visitChildren(tree);
  }

  @Override
  public Boolean visitType(DlParser.TypeContext tree) {
    mark(tree.BRACKET(), Trait.DIMS);
    return visitChildren(tree);
  }

  @Override
  public Boolean visitSetting(DlParser.SettingContext tree) {
    mark(tree.getStart(), Trait.SETTING);
    return visitChildren(tree);
  }

  @Override
  public Boolean visitArgument(DlParser.ArgumentContext tree) {
    mark(tree.ASSIGN(), Trait.ARGUMENT_SIGN);
    return visitChildren(tree);
  }

  @Override
  public Boolean visitSubscript(DlParser.SubscriptContext tree) {
    tree.COLON().forEach(colon -> mark(colon, Trait.RANGE_COLON));
    return visitChildren(tree);
  }

  @Override
  public Boolean visitNegate(DlParser.NegateContext tree) {
    mark(tree.MINUS(), Trait.PREFIX);
    return visitChildren(tree);
  }

  @Override
  public Boolean visitPower(DlParser.PowerContext tree) {
    mark(tree.POWER(), Trait.INFIX);
    return visitChildren(tree);
  }

  @Override
  public Boolean visitBinary(DlParser.BinaryContext tree) {
    mark(tree.op, Trait.INFIX);
    return visitChildren(tree);
  }

  @Override
  public Boolean visitApplied(DlParser.AppliedContext tree) {
    mark(tree.ARROW(), Trait.INFIX);
    return visitChildren(tree);
  }
}
