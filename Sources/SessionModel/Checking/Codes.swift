public import Diagnostics

/// Codes of references and templates (`R`), paths and media (`P`), and routing (`G`).
extension DiagnosticCode {
  public static let nothingToRemove = DiagnosticCode(
    "R0401", title: "`null` removes something that is not there",
    explanation: """
      `null` takes an inherited thing away. Here no layer below has it, so the line does nothing, and most likely
      its name is misspelt or the parent has changed.

          tracks:
            cowbel: null     # wrong, when the parent calls it `cowbell`
      """)
  public static let unknownParameter = DiagnosticCode(
    "R0402", title: "a parameter that was not declared",
    explanation: """
      `$name` stands for a parameter that the file, or a parent that it extends, declares under `parameters:`.
      A dollar sign itself is written `$$`.
      """)
  public static let badSubstitution = DiagnosticCode(
    "R0403", title: "a dollar without a name",
    explanation: """
      `$name` or `$(name)` is replaced by a parameter. A dollar that is meant as a dollar is written `$$`.
      """)
  public static let parameterMissing = DiagnosticCode(
    "R0404", title: "a parameter without a value",
    explanation: """
      A parameter without a default needs a value in `with:`.

          extends: band.mix.yaml
          with: {song: night_drive}
      """)
  public static let parameterUnused = DiagnosticCode(
    "R0405", title: "a parameter that nothing uses",
    explanation: """
      A declared parameter is used nowhere in its file, so giving it a value changes nothing. Take it out, or use
      it with `$name`.
      """)
  public static let parameterType = DiagnosticCode(
    "R0406", title: "a parameter's value of the wrong type",
    explanation: """
      The value given to a parameter is not of its declared type. Both places are shown: where the value is given
      and where the parameter is declared.
      """)
  public static let parameterNotDeclared = DiagnosticCode(
    "R0407", title: "a value for a parameter that does not exist",
    explanation: """
      `with:` gives a value to a parameter that the parent or preset does not declare.
      """)
  public static let extendsTooDeep = DiagnosticCode(
    "R0408", title: "too many parents, or a loop of parents",
    explanation: """
      A file has one parent, that one may have a parent, up to four levels; and no file may end up extending
      itself. Deeper chains cannot be followed by a reader.
      """)
  public static let presetKind = DiagnosticCode(
    "R0409", title: "a preset of another kind",
    explanation: """
      A preset file says what it is for: `preset: inserts`, `channel` or `master`. An `inserts` preset can stand
      on a track, a bus, `main` or the master; a `channel` preset on tracks and buses; a `master` preset only on a
      master.
      """)
  public static let withoutPreset = DiagnosticCode(
    "R0410", title: "`with` without a preset or parent",
    explanation: """
      `with:` gives values to the parameters of the `preset:` or `extends:` beside it. Here there is none.
      """)
  public static let unknownPreset = DiagnosticCode(
    "R0411", title: "unknown preset",
    explanation: """
      The text is neither a built-in preset (`mixdown presets` lists them) nor a path to a `*.preset.yaml` file.
      """)
  public static let unknownInsert = DiagnosticCode(
    "R0412", title: "`before` or `after` an insert that is not there",
    explanation: """
      A new insert may say which insert of the inherited chain it stands before or after. That insert must be in
      the chain.
      """)
  public static let badPath = DiagnosticCode(
    "R0413", title: "a path to nothing",
    explanation: """
      `--set` takes the path of a parameter, as `mixdown show` prints it: `tracks.vocals.level=-3 dB`.
      """)
  public static let conflictingKeys = DiagnosticCode(
    "R0414", title: "two keys that exclude each other",
    explanation: """
      Two keys say the same thing in two ways, such as `bitrate` and `quality`. Keep one.
      """)
  public static let badTag = DiagnosticCode(
    "D0805", title: "metadata that no store accepts",
    explanation: """
      A code or date of the metadata does not have its standard's form: an ISRC has 12 characters, a UPC or EAN
      12 or 13 digits with a check digit, a date is `2026-11-22`, `2026-11` or `2026`.
      """)
  public static let missingFile = DiagnosticCode(
    "P0501", title: "a file that is not there or cannot be read",
    explanation: """
      A file that the session names is missing, is not a regular file, or may not be read. Paths are relative to
      the file that names them.
      """)
  public static let outsideProject = DiagnosticCode(
    "P0502", title: "a path that leaves the project",
    explanation: """
      Paths must stay inside the project: the nearest folder upwards with `.git` or a `.mixdown` file, else the
      session's own folder; links are followed. A session from elsewhere can so never read your other files.

      Stems elsewhere? List their folders in `.mixdown`, one a line, or use `--root DIR` or `--allow-outside`.
      """)
  public static let absolutePath = DiagnosticCode(
    "P0515", title: "a path from the root of the disk",
    explanation: """
      The file lies in the project, but its path begins with `/`: on another machine, or when the folder moves, it is
      not found. Paths are relative to the file that names them.

          stem: /home/ada/song/stems/kick.wav   # on this machine only
          stem: stems/kick.wav
      """)
  public static let emptyPath = DiagnosticCode(
    "P0503", title: "an empty path", explanation: "A path names a file; an empty one names none.")
  public static let badMedia = DiagnosticCode(
    "P0504", title: "a stem that cannot be used",
    explanation: """
      The file is there, but it is not audio, is damaged, is a Git LFS pointer that was not pulled, or holds
      something that a mix cannot use (no frames, NaN, more than 64 channels).
      """)
  public static let stemChannels = DiagnosticCode(
    "P0505", title: "a stem with more than two channels",
    explanation: """
      A track takes one or two channels. `channels: [1, 2]` picks them from a file with more; channels count from
      1.
      """)
  public static let stemRate = DiagnosticCode(
    "P0506", title: "stems of another sample rate",
    explanation: """
      The rate of these stems is not the session's, so they are resampled, by linear phase and with nothing added:
      flat to 0.91 of half the lower rate, and 140 dB down from there on. If all stems have one rate, write it as the
      session's `sample_rate`. Silence it with `allow: [P0506]`.
      """)
  public static let shortStem = DiagnosticCode(
    "P0507", title: "a stem much shorter than the rest",
    explanation: """
      The stems of a song are mostly exported from one place to one place, so that they are of one length. This one
      is less than half as long as the others: perhaps its export was cut off. If it is meant, `allow: [P0507]`, or
      place it as a clip.
      """)
  public static let silentStem = DiagnosticCode(
    "P0508", title: "a silent stem",
    explanation: "No sample of the file is above -100 dBFS. Most likely its export went wrong. `allow: [P0508]`.")
  public static let clippedStem = DiagnosticCode(
    "P0509", title: "a clipped stem",
    explanation: """
      Three or more samples in a row are at full scale: the recording or its export was too loud. No gain in the mix
      undoes it. If it is meant, `allow: [P0509]`.
      """)
  public static let offsetStem = DiagnosticCode(
    "P0510", title: "a stem with an offset",
    explanation: """
      The mean of the samples is not zero (DC). It takes headroom and makes compressors and limiters work for nothing;
      `dc_block` takes it out. If it is meant, `allow: [P0510]`.
      """)
  public static let invertedTwins = DiagnosticCode(
    "P0511", title: "stems that cancel each other",
    explanation: """
      Two stems, or the two channels of one, are the same with inverted polarity: played together at one level they
      are silence. If it is meant, `allow: [P0511]`.
      """)
  public static let openEndedStem = DiagnosticCode(
    "P0512", title: "a stem that does not say how long it is",
    explanation: """
      Its header holds a placeholder where its length should stand: a program wrote it into a pipe, or was stopped
      before it had finished it. The stem is read to the end of its file, and nobody can tell whether something is
      missing there. If it is whole, `allow: [P0512]`, or save it anew from an audio editor.
      """)
  public static let unknownTarget = DiagnosticCode(
    "G0601", title: "a bus that is not there",
    explanation: """
      `output` and `sends` name buses (or, for `output`, `main`). A track cannot be fed.
      """)
  public static let routingLoop = DiagnosticCode(
    "G0602", title: "a loop in the routing",
    explanation: """
      A signal would come back to where it started, through outputs or sends. The message spells the loop out;
      one of its steps has to go.
      """)
  public static let nameTaken = DiagnosticCode(
    "R0415", title: "a name that is taken",
    explanation: """
      Tracks, buses and VCAs share one set of names, and `main` and `master` are reserved, so that a path or a
      send means one thing.
      """)
  public static let notASong = DiagnosticCode(
    "R0416", title: "a template by itself",
    explanation: """
      `*.template.yaml` holds what several songs share. `check` looks through it with its parameters unset and its tracks
      still to come; to be rendered, it is extended by a session:

          mixdown: 1
          extends: band.template.yaml
          with: {song: night_drive}
      """)
  public static let noTracks = DiagnosticCode(
    "S0207", title: "a session without tracks",
    explanation: "A mix needs at least one track with a stem.")
  public static let tooManyTracks = DiagnosticCode(
    "S0208", title: "more tracks than a session may have",
    explanation: "A session has at most 1000 tracks. Bounce groups of them to stems of their own.")
  public static let unusedBus = DiagnosticCode(
    "G0603", title: "a bus that nothing feeds",
    explanation: """
      No track or bus has this bus as its output or sends to it, so it is silent. Take it out, or feed it.
      """)
  public static let committedSolo = DiagnosticCode(
    "G0604", title: "a solo in the file",
    explanation: """
      `solo: true` silences most of the mix. That is right for a listen and rarely right in a file that others
      render. If it is meant, `allow: [G0604]`.
      """)
  public static let sendToMuted = DiagnosticCode(
    "G0605", title: "a send to a muted bus",
    explanation: """
      The bus is muted and never unmuted, so what is sent there is not heard. Silence it with `allow: [G0605]`.
      """)
  public static let unknownMember = DiagnosticCode(
    "G0606", title: "a VCA's member that is not there",
    explanation: "The members of a VCA are tracks, buses and other VCAs. `main` has a level of its own.")
  public static let vcaLoop = DiagnosticCode(
    "G0607", title: "a VCA that is its own member",
    explanation: """
      VCAs may be members of VCAs, but none may come back to itself: its level would add to itself for ever.
      """)
  public static let aboveNyquist = DiagnosticCode(
    "U0306", title: "a frequency above half the sample rate",
    explanation: """
      At a sample rate of 44.1 kHz nothing above 22.05 kHz exists. The message names the session's limit.
      """)
  public static let deliverableClash = DiagnosticCode(
    "D0801", title: "two deliverables of one file",
    explanation: """
      Two deliverables would be written to the same path. Give one of them a `name`.
      """)
  public static let deliverableKey = DiagnosticCode(
    "D0802", title: "a key that the format does not have",
    explanation: """
      Bit depth, compression, bitrate and quality belong to formats: a WAV has no bitrate, an MP3 no bit depth. An
      MP3's quality is `V0` (best) … `V9`, an Ogg Vorbis file's a number from -1 to 10 (best); Opus goes by bitrate.
      """)
  public static let unknownVersion = DiagnosticCode(
    "D0807", title: "a version that is not there",
    explanation: """
      A deliverable's `version` is the name of one of the session's `versions`:

          versions:
            instrumental: {mute: [vocals]}
          deliverables:
            tv: {format: wav, version: instrumental}
      """)
  public static let indivisible = DiagnosticCode(
    "D0808", title: "a mix that cannot be taken apart",
    explanation: """
      The files of `split: stems` add up to the mix. Each goes through what `main` does: filters and reverbs do to the
      parts what they do to the sum, and a compressor does when it listens to the sum. A limiter does not. Move it to
      `master`, which comes after the stems.
      """)
  public static let deliverableName = DiagnosticCode(
    "D0803", title: "a file name that cannot be used",
    explanation: """
      A deliverable's `name` leads out of the output folder, is empty, or uses a `$name` that does not exist.
      """)
  public static let deliverableRate = DiagnosticCode(
    "D0804", title: "a rate that cannot be delivered",
    explanation: """
      The format does not have this sample rate: an MP3 has at most 48 kHz, Opus 8, 12, 16, 24 or 48 kHz, Ogg Vorbis at
      most 200 kHz. `sample_rate: 48 kHz` on the deliverable converts it. Or it does not have this bitrate at this rate.
      """)

  public static let sessionModel: [DiagnosticCode] =
    [
      .nothingToRemove, .unknownParameter, .badSubstitution, .parameterMissing, .parameterUnused, .parameterType,
      .parameterNotDeclared, .extendsTooDeep, .presetKind, .withoutPreset, .unknownPreset, .unknownInsert, .badPath,
      .conflictingKeys, .badTag, .missingFile, .outsideProject, .absolutePath, .emptyPath, .badMedia, .stemChannels,
      .stemRate,
      .shortStem, .silentStem, .clippedStem, .offsetStem, .invertedTwins, .openEndedStem,
      .unknownTarget, .routingLoop, .nameTaken, .notASong, .noTracks, .tooManyTracks, .unusedBus, .committedSolo,
      .sendToMuted, .unknownMember, .vcaLoop, .aboveNyquist, .deliverableClash, .deliverableKey, .unknownVersion,
      .indivisible, .deliverableName,
      .deliverableRate,
    ] + timeline
}
