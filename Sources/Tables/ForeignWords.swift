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
    "key": ["sidechain"], "key_input": ["sidechain"], "lufs": ["integrated", "loudness"],
    "target": ["integrated", "loudness"],
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

  /// A key whose value is written otherwise here, too.
  static func rewriting(_ entry: Setting.Entry, in known: [String]) -> (key: String, value: Setting)? {
    guard let text = entry.value.text else { return nil }
    func taking(_ key: String, _ text: String) -> (key: String, value: Setting)? {
      known.contains(key) ? (key, Setting(.text(text), at: entry.value.range, via: entry.value.via)) : nil
    }
    switch (entry.key.lowercased(), text) {
    case ("stems", "true"), ("stem_export", "true"), ("multitrack", "true"): return taking("split", "stems")
    case ("mono", "true") where known.contains("format"): return taking("channels", "mono")
    case ("invert", "true"), ("inverted", "true"), ("flip", "true"), ("polarity_invert", "true"),
      ("phase", "invert"), ("phase", "inverted"), ("phase", "180"), ("phase_invert", "true"):
      return taking("polarity", "inverted")
    case ("enabled", "false"), ("active", "false"): return taking("bypass", "true") ?? taking("mute", "true")
    default: return nil
    }
  }
}
