import Diagnostics
import Quantities
import Tables

// Typed parameters: what a file leaves open, and what is given for it.

extension SessionLoader {
  mutating func substituteParameters(_ layers: [Layer]) -> [Setting] {
    var environments: [Environment] = []
    var given: Setting?
    for layer in layers {
      let needed = environments.isEmpty ? nil : layers[environments.count - 1].extends
      var environment = environment(
        layer.parameters, declaredIn: layer.declarations, given: given, needed: needed)
      given = layer.with.map { environment.substitute($0) }
      environments.append(environment)
    }
    var trees: [Setting] = []
    var used: Set<String> = []
    for (index, layer) in layers.enumerated() {
      var environment = environments[index]
      for inherited in environments[(index + 1)...] {
        environment.values.merge(inherited.values) { own, _ in own }
      }
      trees.append(environment.substitute(layer.tree))
      diagnostics += environment.diagnostics
      used.formUnion(environment.used)
      for (id, _) in layer.parameters where !used.contains(id) {
        // What a parent declares and nobody gives is the parent's matter.
        guard let value = environments[index].values[id], index == 0 || !value.isDefault else { continue }
        diagnostics.append(
          Diagnostic(.parameterUnused, .warning, "nothing uses the parameter `\(id)`", at: value.declared))
      }
    }
    return trees
  }

  /// The values of a file's parameters, from `given` (the `with:` beside its name) or their defaults.
  mutating func environment(
    _ parameters: Named<ParameterDeclaration>, declaredIn declarations: Setting?, given: Setting?, needed: Setting?
  ) -> Environment {
    var environment = Environment()
    for (id, parameter) in parameters {
      guard let declared = declarations?.entry(id)?.keyRange else { continue }
      if var value = given?[id] {
        if let text = value.text, let refusal = parameter.type.refusal(of: text) {
          diagnostics.append(
            Diagnostic(
              .parameterType, .error, "the value of `\(id)` is no \(parameter.type.rawValue): \(refusal.message)",
              at: value.range, also: [Diagnostic.Label(declared, "declared here")],
              hints: refusal.suggestions.map { "write `\($0)`" }))
          value.content = .unreadable
        } else if value.text == nil, !value.isUnreadable {
          diagnostics.append(
            Diagnostic(
              .parameterType, .error, "the value of `\(id)` is \(parameter.type.rawValue), but \(value.kind) was found",
              at: value.range, also: [Diagnostic.Label(declared, "declared here")]))
          value.content = .unreadable
        }
        environment.values[id] = Environment.Value(
          setting: value, type: parameter.type, declared: declared, isDefault: false)
      } else if let initial = parameter.initial {
        // A default of the wrong type has been reported where it stands.
        let isRefused = parameter.type.refusal(of: initial) != nil
        let place = declarations?.part(at: "\(id).default")?.range ?? declared
        environment.values[id] = Environment.Value(
          setting: Setting(isRefused ? .unreadable : .text(initial), at: place), type: parameter.type,
          declared: declared, isDefault: true)
      } else if given?.isUnreadable == true || unreadableDefaults.contains(id) {
        environment.values[id] = Environment.Value(
          setting: Setting(.unreadable, at: declared), type: parameter.type, declared: declared, isDefault: true)
      } else if let needed {
        diagnostics.append(
          Diagnostic(
            .parameterMissing, .error, "the parameter `\(id)` needs a value", at: needed.range,
            also: [Diagnostic.Label(declared, "declared here, without a default")],
            hints: ["add `with: {\(id): …}`"]))
        environment.values[id] = Environment.Value(
          setting: Setting(.unreadable, at: declared), type: parameter.type, declared: declared, isDefault: true)
      } else {
        // By itself: open places cannot be filled, and need not be in a template.
        if !isTemplate(path) {
          diagnostics.append(
            Diagnostic(
              .parameterMissing, .error, "this file leaves `\(id)` open, so it can only be extended", at: declared,
              hints: [
                "give it a `default`, or write a session with `extends` and `with`",
                "a file that is there to be extended is called `\(sessionName(path)).template.yaml`",
              ]))
        }
        environment.values[id] = Environment.Value(
          setting: Setting(.unreadable, at: declared), type: parameter.type, declared: declared, isDefault: true)
      }
    }
    for entry in given?.entries ?? [] where parameters[entry.key] == nil {
      let meant = closestMatch(to: entry.key, among: parameters.map(\.id))
      diagnostics.append(
        Diagnostic(
          .parameterNotDeclared, .error, "there is no parameter `\(entry.key)` to give a value to", at: entry.keyRange,
          hints: [
            meant.map { "did you mean `\($0)`?" }
              ?? "its parameters are \(parameters.map(\.id).joined(separator: ", "))"
          ]))
    }
    return environment
  }
}
