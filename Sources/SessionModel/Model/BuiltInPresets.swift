/// The masters that Mixdown brings: ordinary preset files, readable with `mixdown presets show NAME` and
/// overridable key by key.
///
/// The figures are what the platforms and standards ask for, as far as they say so; a preset is a choice for
/// delivery, not a promise of what a platform will do.
///
/// `streaming`, `spotify`, `youtube`, `tidal` and `soundcloud` are the same master under five names, so that a session
/// can say where it goes.
///
/// The bounds of `cd` are the format's (IEC 60908). Those of `vinyl` are practice: pressing plants' guides name the
/// length of a side, bass in the middle, a correlation that is not negative and headroom, and ask for tame esses
/// without a figure; −12 dB for the side's bass and 0 LU for esses are ours.
public enum BuiltInPresets {
  public static let names: [String] = all.map(\.name)

  public static func text(of name: String) -> String? {
    all.first { $0.name == name }?.text
  }

  static func target(_ about: String, loudness: String, ceiling: String) -> String {
    """
    # \(about)
    mixdown: 1
    preset: master
    loudness: {integrated: \(loudness) LUFS, max_limiting: 8 dB}
    limiter: {ceiling: \(ceiling) dBTP}

    """
  }

  public static let all: [(name: String, text: String)] = [
    ("streaming", target("One master for all streaming services.", loudness: "-14", ceiling: "-1")),
    ("spotify", target("Spotify: plays at -14 LUFS; asks for -1 dBTP.", loudness: "-14", ceiling: "-1")),
    ("apple_music", target("Apple Music: Sound Check plays at -16 LUFS.", loudness: "-16", ceiling: "-1")),
    ("youtube", target("YouTube: turns down what is louder than -14 LUFS.", loudness: "-14", ceiling: "-1")),
    ("amazon_music", target("Amazon Music: plays at -14 LUFS; asks for -2 dBTP.", loudness: "-14", ceiling: "-2")),
    ("tidal", target("TIDAL: plays at -14 LUFS, by the album's loudest track.", loudness: "-14", ceiling: "-1")),
    ("deezer", target("Deezer: plays at -15 LUFS.", loudness: "-15", ceiling: "-1")),
    (
      "soundcloud", target("SoundCloud: no published reference; -14 LUFS travels well.", loudness: "-14", ceiling: "-1")
    ),
    ("podcast", target("Podcasts: Apple asks for -16 LUFS, within 1 LU.", loudness: "-16", ceiling: "-1")),
    ("ebu_r128", target("Broadcast in Europe: EBU R 128.", loudness: "-23", ceiling: "-1")),
    ("atsc_a85", target("Broadcast in the USA: ATSC A/85.", loudness: "-24", ceiling: "-2")),
    (
      "cd",
      """
      # Compact Disc: no loudness of its own; peaks stay 0.3 dB below full scale, the last frame is filled.
      mixdown: 1
      preset: master
      loudness: none
      limiter: {ceiling: -0.3 dBTP}
      pad: cd_frames
      checks:
        length:
          min: 4 s
          because: a CD has no shorter tracks
          advice: lengthen the `tail`, or let the song share a track with its neighbour
        true_peak:
          max: -0.3 dBTP
          because: what lies above clips in a player's converter
          advice: "keep the master's `limiter: {ceiling: -0.3 dBTP}`"
        cd_frame_remainder:
          max: 0
          because: a CD is cut in frames of 588 samples, and a frame that is begun and not filled clicks before the next track
          advice: "write `pad: cd_frames` in the master"

      """
    ),
    (
      "club",
      """
      # Clubs: loud, and mono below 110 Hz.
      mixdown: 1
      preset: master
      inserts:
        mono_bass: {type: width, mono_below: 110 Hz}
      loudness: {integrated: -8 LUFS, max_limiting: 8 dB}
      clipper: {ceiling: -1 dB, shape: hard}
      limiter: {ceiling: -1 dBTP}

      """
    ),
    (
      "streaming_loud",
      """
      # Loud for streaming: services turn it down to their own loudness; what is lost in punch stays lost.
      mixdown: 1
      preset: master
      loudness: {integrated: -9 LUFS, max_limiting: 8 dB}
      clipper: {ceiling: -1 dB, shape: hard}
      limiter: {ceiling: -1 dBTP}

      """
    ),
    (
      "vinyl",
      """
      # Premaster for vinyl: the cutting engineer sets the level, so nothing is limited.
      # Mono bass keeps the groove from jumping; the roll-offs spare the cutter head.
      mixdown: 1
      preset: master
      inserts:
        vinyl_bass: {type: width, mono_below: 150 Hz}
        vinyl_edges:
          type: eq
          bands:
            rumble: {type: high_pass, frequency: 30 Hz, slope: 12 dB/oct}
            air: {type: low_pass, frequency: 16 kHz, slope: 12 dB/oct}
      loudness: none
      limiter: none
      checks:
        length:
          max: "19:30"
          because: a longer side of a 12-inch record at 33 1/3 has to be cut quieter, and its noise comes up
          advice: "spread the music over more sides, or allow a quieter cut with `checks: {length: {max: 22:00}}`"
        sample_peak:
          max: -1 dB
          because: the cut sets the level, and peaks at full scale reach the cutter as distortion
          advice: turn `main` down
        correlation:
          min: 0
          because: with more side than middle the groove gets so shallow that the stylus can leave it
          advice: narrow what is wide with a `width` insert, or invert the polarity of one of its channels
        bass_side_level:
          max: -12 dB
          because: bass in the side moves the stylus up and down, and it can jump out of the groove
          advice: "keep the bass in the middle: a `width` insert with `mono_below: 150 Hz`, last of the master's inserts"
        sibilance:
          max: 0 LU
          because: the cutter head overheats on strong esses, and a stylus cannot follow them at the end of a side
          advice: turn esses, hats and cymbals down between 5 and 9 kHz where they are loudest

      """
    ),
    (
      "transparent",
      """
      # Safety only: nothing is turned up, and true peaks stay below -1 dBTP.
      mixdown: 1
      preset: master
      loudness: none
      limiter: {ceiling: -1 dBTP}

      """
    ),
  ]
}
