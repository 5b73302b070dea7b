/**
 * graphql's own message about a mistake in a document, without what was written where text belongs, or an object: that may
 * be a password or a secret. What it expected stays, and where: the error's locations say it.
 */
export function withoutText(message: string): string {
  return message
    .replace(/^(Variable "\$\w+") got invalid value .*$/s, '$1 got an invalid value.')
    .replace(/^(Argument "\w+") has invalid value .*$/s, '$1 has an invalid value.')
    .replace(/^((?:String|ID) cannot represent .*? value): .*$/s, '$1.')
    .replace(/^(\w+ cannot represent .*? value): [{[].*$/s, '$1.')
    .replace(/(Expected value of type "[^"]+"), found (?!null\.).*$/s, '$1.')
    .replace(/(found|Unexpected) (String|BlockString|Int|Float) ".*"/s, '$1 $2');
}
