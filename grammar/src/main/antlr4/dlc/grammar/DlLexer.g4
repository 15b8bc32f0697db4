// SPDX-License-Identifier: Apache-2.0

// The words of the dl language. Line ends mean nothing, but an argument list and
// an index follow their name directly: `linear(10)`, `x[0]`. So a bracket that
// touches the word before it is another token (CALL, INDEX) than one that does not.
lexer grammar DlLexer;

channels { DOCS }

@members {
  private Token before;

  @Override
  public Token nextToken() {
    Token token = super.nextToken();
    if (before != null && token.getStartIndex() == before.getStopIndex() + 1) {
      if (token.getType() == OPEN && isWord(before.getType())) {
        ((WritableToken) token).setType(CALL);
      } else if (token.getType() == BRACKET && canBeIndexed(before.getType())) {
        ((WritableToken) token).setType(INDEX);
      }
    }
    before = token;
    return token;
  }

  @Override
  public void reset() {
    super.reset();
    before = null;
  }

  /** Names, and the keywords that may be names; IMPORT to SCAN are the latter. */
  public static boolean isWord(int type) {
    return type == NAME || (type >= IMPORT && type <= SCAN);
  }

  private static boolean canBeIndexed(int type) {
    return isWord(type) || type == CLOSE || type == CLOSE_BRACKET;
  }
}

// Keywords that are names wherever a declaration or statement cannot start with them.
IMPORT : 'import' ;
PARAM : 'param' ;
LAYER : 'layer' ;
FN : 'fn' ;
MODEL : 'model' ;
TRAIN : 'train' ;
OPTIMIZER : 'optimizer' ;
LOSS : 'loss' ;
INITIALIZER : 'initializer' ;
SCHEDULE : 'schedule' ;
AUGMENTATION : 'augmentation' ;
STATE : 'state' ;
AS : 'as' ;
WEIGHT : 'weight' ;
BUFFER : 'buffer' ;
SCAN : 'scan' ;

// Keywords everywhere.
YIELD : 'yield' ;
LET : 'let' ;
REPEAT : 'repeat' ;
FOR : 'for' ;
IN : 'in' ;
IF : 'if' ;
ELSE : 'else' ;
ASSERT : 'assert' ;
RETURN : 'return' ;
TRUE : 'true' ;
FALSE : 'false' ;
AND : 'and' ;
OR : 'or' ;
NOT : 'not' ;

NAME : [A-Za-z_] [A-Za-z0-9_]* ;
FLOAT : DIGITS '.' DIGITS EXPONENT? | DIGITS EXPONENT ;
INT : DIGITS ;
STRING : '"' ( '\\' ~[\r\n] | ~["\\\r\n] )* '"' ;

ARROW : '->' ;
UPDATE : ':=' ;
RANGE : '..' ;
EQUAL : '==' ;
UNEQUAL : '!=' ;
AT_MOST : '<=' ;
AT_LEAST : '>=' ;
LESS : '<' ;
GREATER : '>' ;
ASSIGN : '=' ;
PLUS : '+' ;
MINUS : '-' ;
TIMES : '*' ;
DIVIDE : '/' ;
REMAINDER : '%' ;
MATMUL : '@' ;
POWER : '^' ;
DOT : '.' ;
COMMA : ',' ;
COLON : ':' ;
SEMICOLON : ';' ;
OPEN : '(' ;
CLOSE : ')' ;
BRACKET : '[' ;
CLOSE_BRACKET : ']' ;
BRACE : '{' ;
CLOSE_BRACE : '}' ;

// An opening bracket that touches the word before it; see nextToken.
CALL : '\u0000(' ;
INDEX : '\u0000[' ;

DOC : '///' ~[\r\n]* -> channel(DOCS) ;
COMMENT : '//' ~[\r\n]* -> channel(HIDDEN) ;
BLOCK : '/*' .*? '*/' -> channel(HIDDEN) ;
SPACE : [ \t\r\n\u000C\uFEFF]+ -> channel(HIDDEN) ;

UNTERMINATED_STRING : '"' ( '\\' ~[\r\n] | ~["\\\r\n] )* ;
// Holds no end, so that BLOCK is longer wherever there is one.
UNTERMINATED_BLOCK : '/*' ( ~'*' | '*'+ ~[*/] )* '*'* ;
UNKNOWN : . ;

fragment DIGITS : [0-9] ( [0-9_]* [0-9] )? ;
fragment EXPONENT : [eE] [+-]? [0-9]+ ;
