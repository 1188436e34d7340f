// The names of emoji in each language are a third of a megabyte, and twice that with the tones of skin, which nobody
// picks here by name: those stay out of the bundles, like parts of flags and the signs of emoticons.

/** A plugin of Vite. */
export const slimEmoji = () => ({
  name: 'parley-emoji',
  // Before JSON becomes a module.
  enforce: 'pre',
  transform: {
    filter: { id: /emojibase-data\/[\w-]+\/compact\.json$/ },
    handler: (json) => ({
      code: JSON.stringify(
        JSON.parse(json)
          .filter(({ group }) => group !== undefined)
          .map((emoji) => ({ ...emoji, skins: undefined, emoticon: undefined })),
      ),
      map: null,
    }),
  },
});
