// SPDX-License-Identifier: Apache-2.0

// The grammar of the dl language. Meaning is left to the front end: any name may
// stand as a layer, a function or a setting here.
parser grammar DlParser;

options { tokenVocab = DlLexer; }

file : ( declaration | ';' )* EOF ;

soleExpression : expression EOF ;

declaration
  : IMPORT STRING                                                      # importFile
  | PARAM name ( ':' type )? '=' expression                            # param
  | kind=( LAYER | OPTIMIZER | LOSS | INITIALIZER | SCHEDULE | AUGMENTATION )
      name parameters? ( '->' type )? block                            # routine
  | FN name parameters '=' expression                                  # function
  | MODEL name parameters ( '->' results )? block                      # model
  | TRAIN name '{' ( setting | ';' )* '}'                              # train
  ;

parameters : ( '(' | CALL ) ( parameter ( ',' parameter )* ','? )? ')' ;

parameter : name ( ':' type )? ( '=' expression )? ;

results : type | '(' type ( ',' type )* ')' ;

type : name ( ( '[' | INDEX ) expressions? ']' )? ;

expressions : expression ( ',' expression )* ','? ;

setting
  : name CALL argument ( ',' argument )* ','? ')'
  | name '='? argument ( ',' argument )*
  ;

argument : ( name '=' )? expression ;

block : '{' ( statement | ';' )* '}' ;

statement
  : role=( WEIGHT | BUFFER ) name ( AS path=expression )? ':' type
      ( '=' initial=expression )?                                      # declareWeight
  | STATE name ( ':' type )? '=' expression                            # declareState
  | LET name '=' expression                                            # let
  | ( name ':' )? REPEAT expression block                              # repeat
  | ( name ':' )? FOR names IN expression ( '..' expression )? block   # for
  | branch                                                             # if
  | ASSERT expression ( ',' expression ( ',' expression )? )?          # assert
  | RETURN expression ( ',' expression )*                              # return
  | YIELD expression                                                   # yield
  | name '=' expression                                                # assign
  | name ':=' expression                                               # update
  | layerUse                                                           # apply
  ;

branch : IF expression block ( ELSE ( branch | block ) )? ;

names : name ( ',' name )* ;

layerUse : ( label=name ':' )? kind=name arguments? ;

arguments : CALL ( argument ( ',' argument )* ','? )? ')' ;

expression
  : expression '.' member                                              # memberOf
  | expression INDEX subscript ( ',' subscript )* ','? ']'             # indexed
  | <assoc=right> expression '^' expression                            # power
  | '-' expression                                                     # negate
  | expression op=( '*' | '/' | '@' | '%' ) expression                 # binary
  | expression op=( '+' | '-' ) expression                             # binary
  | expression op=( '<' | '<=' | '>' | '>=' | '==' | '!=' ) expression # binary
  | NOT expression                                                     # invert
  | expression op=AND expression                                       # binary
  | expression op=OR expression                                        # binary
  | expression '->' layerUse                                           # applied
  | name arguments                                                     # call
  | name                                                               # nameUse
  | INT                                                                # int
  | FLOAT                                                              # float
  | STRING                                                             # string
  | ( TRUE | FALSE )                                                   # bool
  | '(' expression ')'                                                 # grouped
  | '[' expressions? ']'                                               # list
  | choice                                                             # choose
  | SCAN scanClause ( ',' scanClause )* block                          # scan
  ;

choice : IF expression '{' expression '}' ELSE ( choice | '{' expression '}' ) ;

scanClause : name ( IN | '=' ) expression ;

subscript : expression | expression? ':' expression? ( ':' expression? )? ;

member : name | YIELD | LET | REPEAT | FOR | IN | IF | ELSE | ASSERT | RETURN ;

name
  : NAME | IMPORT | PARAM | LAYER | FN | MODEL | TRAIN | OPTIMIZER | LOSS
  | INITIALIZER | SCHEDULE | AUGMENTATION | STATE | AS | WEIGHT | BUFFER | SCAN
  ;
