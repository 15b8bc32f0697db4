// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

/** What a word is to the layout of a program, besides its kind. */
enum Trait {
  /** The first word of a declaration. */
  DECLARATION,
  /** The first word of a declaration that has a body, which stands apart from its neighbours. */
  ROUTINE,
  /** The first word of a setting. */
  SETTING,
  /** The first word of a statement that has a line of its own. */
  STATEMENT,
  /** The first word of a layer that is applied, which may share its line with others. */
  LAYER,
  /** The brace that begins the statements of a body, or settings. */
  BLOCK,
  /** The brace that ends them. */
  BLOCK_END,
  /** The brace that begins a value: {@code if training { x } else { y }}. */
  CHOICE,
  /** The brace that ends it. */
  CHOICE_END,
  /** A word of the condition of such a value. */
  CONDITION,
  /** The parenthesis before the parameters of a declaration. */
  PARAMETERS,
  /** The bracket before the dimensions of a type. */
  DIMS,
  /** The sign between a name and an argument. */
  ARGUMENT_SIGN,
  /** A colon between bounds, as in {@code x[0:4]}. */
  RANGE_COLON,
  /** A minus with one operand. */
  PREFIX,
  /** An operator between two operands, an arrow included. */
  INFIX
}
