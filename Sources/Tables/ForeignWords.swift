import Diagnostics
import Quantities

/// What digital audio workstations, plug-ins and encoders call things: who comes from there writes these first.
enum ForeignWords {
  /// Words for keys, with the keys that they can mean; the first that a mapping has is it.
  private static let keys: [String: [String]] = [
    "volume": ["level", "gain"], "vol": ["level", "gain"], "fader": ["level"], "gain": ["level"], "level": ["gain"],
    "amount": ["level", "mix"], "freq": ["frequency"], "hz": ["frequency"], "cutoff": ["frequency"],
    "resonance": ["q"], "file": ["stem", "impulse"], "path": ["stem", "impulse"], "source": ["stem"],
    "audio": ["stem"], "sample": ["stem"], "wav": ["stem"], "filename": ["stem"], "src": ["stem"],
    "time": ["at", "decay"], "position": ["at"], "pos": ["at"], "start": ["at"], "begin": ["at"],
    "group": ["output"], "bus": ["output"], "out": ["output"], "route": ["output"], "time_signature": ["meter"],
    "signature": ["meter"], "timesig": ["meter"], "bpm": ["tempo"], "groups": ["buses"], "busses": ["buses"],
    "auxes": ["buses"], "returns": ["buses"], "effects": ["inserts"], "fx": ["inserts"], "plugins": ["inserts"],
    "processors": ["inserts"], "chain": ["inserts"], "outputs": ["deliverables"], "exports": ["deliverables"],
    "targets": ["deliverables"], "samplerate": ["sample_rate"], "rate": ["sample_rate"], "sr": ["sample_rate"],
    "bits": ["bit_depth"], "depth": ["bit_depth"], "thresh": ["threshold"], "make_up": ["makeup"],
    "makeup_gain": ["makeup"], "output_gain": ["makeup"], "rt60": ["decay"], "decay_time": ["decay"],
    "reverb_time": ["decay"], "wet": ["mix"], "dry_wet": ["mix"], "blend": ["mix"], "panning": ["pan"],
    "balance": ["pan"], "muted": ["mute"], "envelopes": ["automation"], "aux": ["sends"], "codec": ["format"],
    "key": ["sidechain"], "key_input": ["sidechain"], "lufs": ["integrated", "loudness"], "target": ["integrated", "loudness"],
    "true_peak": ["ceiling"], "year": ["date"], "tags": ["metadata"], "cue_points": ["markers"],
  ]

  private static let types: [String: String] = [
    "deesser": "de_esser", "de_ess": "de_esser", "saturator": "saturation", "distortion": "saturation",
    "overdrive": "saturation", "peaking": "bell", "peak": "bell", "parametric": "bell", "highpass": "high_pass",
    "hpf": "high_pass", "low_cut": "high_pass", "lowcut": "high_pass", "lowpass": "low_pass", "lpf": "low_pass",
    "high_cut": "low_pass", "highcut": "low_pass", "lowshelf": "low_shelf", "highshelf": "high_shelf",
    "comp": "compressor", "equalizer": "eq", "equaliser": "eq", "verb": "reverb", "echo": "delay",
    "imager": "width", "stereo_width": "width", "maximizer": "limiter", "noise_gate": "gate",
    "transient_shaper": "transient", "multiband_compressor": "multiband", "ir": "convolution",
  ]

  /// The key of a mapping that another program's word means.
  static func key(_ word: String, among known: [String]) -> String? {
    keys[word.lowercased()]?.first { known.contains($0) }
  }

  /// The type of an insert or band that another program's word means.
  static func type(_ word: String) -> String? { types[word.lowercased()] }

  private static let tags = [
    "title", "artist", "album", "album_artist", "composer", "genre", "date", "isrc", "label", "copyright",
  ]

  /// A key whose value is written otherwise here, too: the whole of it, and whether it can simply be put there.
  static func rewriting(
    _ entry: Setting.Entry, in known: [String], beside others: [String]
  ) -> (key: String, text: String, isEdit: Bool)? {
    let word = entry.key.lowercased()
    func taking(_ key: String, _ text: String) -> (key: String, text: String, isEdit: Bool) {
      (key, text, !others.contains(key))
    }
    if known.contains("metadata"), !known.contains("title"), tags.contains(word) {
      return taking("metadata", "metadata: {\(word): \(flowText(entry.value))}")
    }
    guard let text = entry.value.text else { return nil }
    switch word {
    case "stems", "stem_export", "multitrack":
      guard text == "true", known.contains("split") else { return nil }
      return taking("split", "split: stems")
    case "invert", "inverted", "phase", "flip", "polarity_invert":
      guard known.contains("polarity"), ["true", "invert", "inverted", "180"].contains(text) else { return nil }
      return taking("polarity", "polarity: inverted")
    case "mono":
      guard known.contains("format"), text == "true" else { return nil }
      return taking("channels", "channels: mono")
    case "preset", "lufs", "target":
      guard known.contains("loudness"), (try? LUFS(parsing: text)) != nil else { return nil }
      return taking("loudness", "loudness: {integrated: \(text)}")
    default: return nil
    }
  }
}

extension RecordShape {
  /// How such a mapping looks, in a few keys.
  var example: String {
    let keys = fields.filter { $0.isRequired || oneOf.contains($0.key) } + fields.filter { !$0.isRequired }
    for field in keys where field.later == nil {
      guard case .scalar(let scalar) = field.shape, let text = field.initial ?? scalar.examples.first else { continue }
      return "{\(field.key): \(text)}"
    }
    return "{\(fields.first?.key ?? "key"): …}"
  }
}

/// A list of things that carry their names, written as the mapping from names that was wanted; `nil` where a name
/// is missing or stands twice.
func mappingText(ofList setting: Setting) -> String? {
  guard case .list(let items) = setting.content, !items.isEmpty else { return nil }
  var names: Set<String> = []
  var parts: [String] = []
  for item in items {
    guard let entries = item.entries else {
      guard let text = item.text, isIdentifier(text), names.insert(text).inserted else { return nil }
      parts.append("\(text): {}")
      continue
    }
    if entries.count == 1, isIdentifier(entries[0].key), entries[0].value.entries != nil {
      guard names.insert(entries[0].key).inserted else { return nil }
      parts.append("\(entries[0].key): \(flowText(entries[0].value))")
      continue
    }
    guard let naming = entries.first(where: { ["name", "id", "type"].contains($0.key) }),
      let name = naming.value.text.flatMap(identifier(from:)), names.insert(name).inserted
    else { return nil }
    let rest = entries.filter { $0.key != naming.key || naming.key == "type" && naming.value.text != name }
    parts.append("\(name): {\(rest.map { "\($0.key): \(flowText($0.value))" }.joined(separator: ", "))}")
  }
  return "{\(parts.joined(separator: ", "))}"
}

/// A setting on one line, as it was written.
func flowText(_ setting: Setting) -> String {
  switch setting.content {
  case .text(let text):
    let written = setting.range.text
    let isSafe = !written.isEmpty && !written.contains { $0.isNewline || ",[]{}#".contains($0) }
    let isQuoted = written.first == "\"" || written.first == "'"
    return isSafe || isQuoted ? written : "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  case .null, .unreadable: return "null"
  case .list(let items): return "[\(items.map(flowText).joined(separator: ", "))]"
  case .mapping(let entries):
    return "{\(entries.map { "\($0.key): \(flowText($0.value))" }.joined(separator: ", "))}"
  }
}
